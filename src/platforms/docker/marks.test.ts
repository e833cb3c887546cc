import { describe, expect, it } from 'vitest'
import { idSource } from '../../domain/ids.ts'
import { carries, Marks, readLabels } from './marks.ts'

const execution = idSource(Date.now).execution()
const marks = new Marks('broker1')
const volume = { execution, name: 'data-0' }

describe('a mark', () => {
  it('is the same whenever it is made, and different for different things', () => {
    const all = [marks.workload(execution), marks.volume(volume), marks.stage(volume), marks.probe()]
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Marks('broker1').stage(volume)).toEqual(marks.stage(volume))
    expect(new Marks('broker2').stage(volume).name).not.toBe(marks.stage(volume).name)
  })
  it('tells what a thing is of', () => {
    expect(marks.workload(execution).name).toBe(`eb-broker1-${execution}-run`)
    expect(marks.volume(volume).name).toBe(`eb-broker1-${execution}-data-0`)
    expect(readLabels(marks.stage(volume).labels)).toEqual({ role: 'stage', execution, volume: 'data-0' })
    expect(readLabels(null)).toEqual({})
  })
  it('is carried only by a thing with all of its labels', () => {
    const mark = marks.volume(volume)
    expect(carries({ ...mark.labels, more: 'labels' }, mark)).toBe(true)
    expect(carries(marks.volume({ execution, name: 'data-1' }).labels, mark)).toBe(false)
    expect(carries(new Marks('broker2').volume(volume).labels, mark)).toBe(false)
    expect(carries(undefined, mark)).toBe(false)
  })
  it('knows a volume by its name alone when the engine has lost its labels, and nothing of somebody else', () => {
    const { name: Name, labels: Labels } = marks.volume(volume)
    expect(marks.ownVolume({ Name, Labels })).toEqual(volume)
    expect(marks.ownVolume({ Name, Labels: {} })).toEqual(volume)
    expect(marks.ownVolume({ Name, Labels: null })).toEqual(volume)
    expect(marks.ownVolume({ Name, Labels: { of: 'somebody' } })).toBeUndefined()
    const others = [new Marks('broker12').volume(volume).name, `my-${Name}`, `eb-broker1-data-0`, `eb-broker1-probe`]
    for (const other of others) expect(marks.ownVolume({ Name: other, Labels: {} })).toBeUndefined()
  })
  it('knows what is its own by the name and the labels together', () => {
    const run = marks.workload(execution)
    for (const end of ['', '-0123abcd', '-stopped', '-0123abcd-stopped'])
      expect(marks.own([`/${run.name}${end}`], run.labels)).toEqual({ role: 'run', execution })
    const network = marks.network(execution)
    expect(marks.own([network.name], network.labels)).toEqual({ role: 'network', execution })
    const stage = marks.stage(volume)
    const own = { role: 'stage', execution, volume: 'data-0' }
    expect(marks.own(['/an-alias', `/${stage.name}`], { ...stage.labels, of: 'its image' })).toEqual(own)
  })
  it('takes nothing for its own that has only the labels, as any image may have', () => {
    const run = marks.workload(execution)
    const others = [`/someone`, `/my${run.name}`, `/${run.name}-else`, `/${run.name}ner`, marks.stage(volume).name]
    for (const other of [...others, marks.probe().name, new Marks('broker2').workload(execution).name])
      expect(marks.own([other], run.labels)).toBeUndefined()
    expect(marks.own([], run.labels)).toBeUndefined()
    expect(marks.own([run.name], {})).toBeUndefined()
    expect(marks.own([run.name], marks.network(execution).labels)).toBeUndefined()
    expect(marks.own([run.name], { ...run.labels, 'execution-broker.role': 'volume' })).toBeUndefined()
  })
  it.each(['', 'short', 'much-too-long-id', 'Broker1', 'bro ker'])("is refused for the broker '%s'", (id) => {
    expect(() => new Marks(id)).toThrow(RangeError)
  })
})

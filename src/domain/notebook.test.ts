import { describe, expect, it } from 'vitest'
import { smallRequest } from '../../test/support/policies.ts'
import type { DataRequest, ExecutionRequest, JupyterNotebook } from './execution-request.ts'
import {
  isNotebookSaved,
  locationPointer,
  notebookOf,
  servedNotebookOf,
  withNotebook,
  workplaceOf,
} from './notebook.ts'

const LOCATION = 'https://example.org/fit.ipynb'
const notebook = notebookOf(LOCATION, { image: 'example.org/jupyter:1', command: ['run', '{input}', '--to={output}'] })
const data = (location: string, more: Partial<DataRequest> = {}): DataRequest => ({
  type: 'simple-data-resource',
  location,
  storage: 0,
  ...more,
})
const asked = (...all: DataRequest[]) =>
  withNotebook(
    smallRequest({ data: all, storage: all.map(() => ({ size: { min: 1, max: 1 }, implied: true })) }),
    notebook,
  )
const commandOf = ({ executable }: ExecutionRequest) => executable.command

describe('a notebook', () => {
  it('is fetched as data, in storage of its own, behind what else there is', () => {
    const { data: all, storage, compute } = asked(data('https://example.org/stars.csv'))
    expect(all.map(({ location }) => location)).toEqual(['https://example.org/stars.csv', LOCATION])
    expect(all[1]?.storage).toBe(1)
    expect(storage).toHaveLength(2)
    expect(compute.volumes).toEqual([{ path: '/notebook', mode: 'READONLY', target: { family: 'data', index: 1 } }])
  })
  it('is written to the first result that is called as one, under its name', () => {
    const results = [
      'https://example.org/table.csv',
      'https://example.org/my%20fit$&.ipynb',
      'https://example.org/b.ipynb',
    ]
    const request = asked(...results.map((location) => data(location, { access: 'WRITEONLY' })))
    expect(commandOf(request)).toEqual(['run', '/notebook/content', '--to=/executed/my fit$&.ipynb'])
    expect(request.compute.volumes.at(-1)).toEqual({
      path: '/executed',
      mode: 'READWRITE',
      target: { family: 'data', index: 1 },
    })
  })
  it('that nobody wants back is written where any user may', () => {
    expect(commandOf(asked())).toEqual(['run', '/notebook/content', '--to=/tmp/executed.ipynb'])
  })
  it('is the same when the answer is sent back as a request', () => {
    const once = asked(data('https://example.org/done.ipynb', { access: 'WRITEONLY' }))
    expect(withNotebook(once, notebook)).toEqual(once)
  })
  it('is at fault at its own field', () => {
    const request = asked(data('https://example.org/stars.csv'))
    expect([0, 1].map((index) => locationPointer(request, index))).toEqual(['/data/0/location', '/executable/location'])
    const container = {
      ...request,
      executable: { ...(request.executable as JupyterNotebook), type: 'docker-container' },
    }
    expect(locationPointer(container as unknown as ExecutionRequest, 1)).toBe('/data/1/location')
  })
})

describe('a notebook that is served', () => {
  const site = { image: 'example.org/jupyter:1', command: ['run'] }
  const served = servedNotebookOf(LOCATION, site, { command: ['serve', '--port={port}'], port: 9000 })
  const open = (...all: DataRequest[]) =>
    withNotebook(
      smallRequest({ data: all, storage: all.map(() => ({ size: { min: 1, max: 1 }, implied: true })) }),
      served,
    )
  const at = (index: number) => [{ path: '/notebook', mode: 'READWRITE', target: { family: 'data', index } }]

  it('has a port that leads to its page', () => {
    const { executable } = open()
    expect(executable.command).toEqual(['serve', '--port=9000'])
    expect(executable.ports).toEqual([
      { purpose: 'notebook', internalPort: 9000, protocol: 'HTTP', path: '/lab/tree/fit.ipynb' },
    ])
  })
  it('is changed in its own volume, and saved nowhere unless that is asked for', () => {
    const request = open()
    expect(workplaceOf(request)).toEqual({ index: 0, name: 'fit.ipynb', notebook: 0 })
    expect(request.compute.volumes).toEqual(at(0))
    expect(isNotebookSaved(request)).toBe(false)
  })
  it('is saved to its own URL when it is data that are changed', () => {
    const request = open(data(LOCATION, { access: 'READWRITE' }))
    expect(request.data).toHaveLength(1)
    expect(workplaceOf(request)).toEqual({ index: 0, name: 'fit.ipynb', notebook: 0 })
    expect(isNotebookSaved(request)).toBe(true)
  })
  it('is changed where it is saved from, under the name of that URL', () => {
    const request = open(
      data('https://example.org/my%20fit?.ipynb'),
      data('https://example.org/a%20b.ipynb', { access: 'WRITEONLY' }),
    )
    expect(workplaceOf(request)).toEqual({ index: 1, name: 'a b.ipynb', notebook: 2 })
    expect(request.compute.volumes).toEqual(at(1))
    expect(request.executable.ports[0]?.path).toBe('/lab/tree/a%20b.ipynb')
    expect(isNotebookSaved(request)).toBe(true)
  })
  it('is the same when the answer is sent back as a request', () => {
    for (const access of ['WRITEONLY', 'READWRITE'] as const) {
      const once = open(data(LOCATION, { access }))
      expect(withNotebook(once, served)).toEqual(once)
    }
  })
})

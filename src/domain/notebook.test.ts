import { describe, expect, it } from 'vitest'
import { smallRequest } from '../../test/support/policies.ts'
import type { DataRequest, ExecutionRequest, JupyterNotebook } from './execution-request.ts'
import { locationPointer, notebookOf, withNotebook } from './notebook.ts'

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

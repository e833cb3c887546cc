/** Notebooks over HTTP, on the simulated platform: it executes none, so what is saved is what was fetched. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Schemas } from '../../src/protocol/contract.ts'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'

const NOTEBOOK = '{"cells": []}'
const notebooks = { 'notebooks.image': 'registry.example.org/jupyter/minimal:1' }

let data: DataServer
let broker: TestBroker
let api: Api
beforeAll(async () => {
  data = await startDataServer()
  data.files.set('/fit.ipynb', { content: Buffer.from(NOTEBOOK) })
  broker = await testBroker(notebooks)
  api = new Api(broker.url)
})
afterAll(async () => {
  await broker.close()
  await data.close()
})

const request = (rest: Omit<Schemas['ExecutionRequest'], 'executable'> = {}): Schemas['ExecutionRequest'] => ({
  executable: { kind: KIND.jupyterNotebook, location: `${data.url}/fit.ipynb` },
  ...rest,
})
const savedTo = (path: string) =>
  request({ data: [{ kind: KIND.simpleData, location: data.url + path, access: 'WRITEONLY' }] })
/** Why a broker with these options does not offer it. */
async function refusal(options: Record<string, unknown>): Promise<string> {
  const other = await testBroker(options)
  try {
    const { result, meta } = await new Api(other.url).offers(request())
    expect(result).toBe('NO')
    return (meta?.messages ?? []).map(({ message }) => message).join('\n')
  } finally {
    await other.close()
  }
}

describe('a notebook', () => {
  it('is fetched, run, and saved where the request says', async () => {
    const uuid = await api.run(savedTo('/executed/fit.ipynb'))
    const ended = await api.ends(uuid)
    expect([ended.phase, ...allText(ended).filter((text) => /failed/.test(text))]).toEqual(['COMPLETED'])
    expect(ended.executable).toMatchObject({
      kind: KIND.jupyterNotebook,
      location: `${data.url}/fit.ipynb`,
      exitCode: 0,
    })
    expect(ended.executable).not.toHaveProperty('image')
    expect(String(data.files.get('/executed/fit.ipynb')?.content)).toBe(NOTEBOOK)
  })
  it('can be asked for again with the answer', async () => {
    const { offers } = await api.offers(savedTo('/executed/again.ipynb'))
    const { executable, compute, storage, data: resources } = offers?.[0] as Schemas['Execution']
    const again = await api.offers({ executable, compute, storage, data: resources })
    expect(again.result).toBe('YES')
    expect((again.offers?.[0] as Schemas['Execution']).data).toHaveLength(2)
  })
  it('that is saved nowhere is offered with a warning', async () => {
    const { result, meta } = await api.offers(request())
    expect(result).toBe('YES')
    expect(meta?.messages?.map(({ message }) => message).join()).toContain('What becomes of the notebook is not saved')
  })
  it('that cannot be had is told at its field', async () => {
    const location = 'ftp://example.org/fit.ipynb'
    const { meta } = await api.offers({ executable: { kind: KIND.jupyterNotebook, location } })
    expect(meta?.messages?.map(({ message }) => message).join()).toContain('of /executable/location cannot be used')
  })
  it('has its places in the container for itself', async () => {
    const volume = { kind: KIND.simpleVolumeMount, path: '/notebook/more', resource: 'more' } as const
    const { result, meta } = await api.offers(
      request({
        storage: [{ kind: KIND.simpleStorage, meta: { name: 'more' } }],
        compute: { kind: KIND.simpleCompute, volumes: [volume] },
      }),
    )
    expect(result).toBe('NO')
    expect(meta?.messages?.map(({ message }) => message).join()).toContain('/compute/volumes/0/path')
  })
})

describe('a notebook is not offered', () => {
  it('where the site has no image for it', async () => {
    expect(await refusal({})).toContain('jupyter-notebook: the site has configured no image for it')
  })
  it('where a policy does not allow that image', async () => {
    const policies = [{ type: 'images', name: 'site', resolve: false, allow: [{ registry: 'quay.io' }] }]
    expect(await refusal({ ...notebooks, policies })).toContain('registry.example.org/jupyter/minimal:1')
  })
  it('where a policy does not allow its location', async () => {
    const policies = [{ type: 'locations', name: 'site', allow: [{ scheme: 'https' }] }]
    expect(await refusal({ ...notebooks, policies })).toContain('/executable/location')
  })
})

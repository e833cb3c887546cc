/**
 * Notebooks on real engines. No image with Jupyter can be had here: a script that stands in for the command `jupyter`
 * checks how it is called, and writes a notebook with outputs. So the way of the notebook is tested, and not Jupyter.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import { allText, Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform } from '../support/engine-requests.ts'
import { testImage, type TestImage } from '../support/images.ts'

const STAND_IN = `#!/bin/sh
[ $# = 7 ] && [ "$1 $2 $3 $4 $5" = "nbconvert --to notebook --execute --output" ] || { echo "called as: $*" >&2; exit 2; }
if grep -q raise "$7"; then echo CellExecutionError >&2; exit 1; fi
sed 's/"outputs": \\[\\]/"outputs": ["42"]/' "$7" > "$6"
`

describeOnEngines('a notebook', ({ address }) => {
  let image: TestImage
  let data: DataServer
  let broker: TestBroker
  let api: Api
  beforeAll(async () => {
    image = await testImage(address, ['USER 1000:1000'], { jupyter: STAND_IN })
    data = await startDataServer()
    broker = await testBroker({ 'notebooks.image': image.location, platforms: [enginePlatform(address)] })
    api = new Api(broker.url)
  })
  afterAll(async () => {
    await broker.close()
    await data.close()
    await image.remove()
  })

  const run = async (path: string, content: string) => {
    data.files.set(path, { content: Buffer.from(content) })
    const location = `${data.url}/executed${path}`
    const uuid = await api.run({
      executable: { kind: KIND.jupyterNotebook, location: data.url + path },
      data: [{ kind: KIND.simpleData, location, access: 'WRITEONLY' }],
    })
    return api.ends(uuid)
  }

  it('is fetched, executed as a user of the image, and saved as a result', { timeout: 60_000 }, async () => {
    const ended = await run('/fit%20one.ipynb', '{"cells": [{"source": "6*7", "outputs": []}]}')
    expect([ended.phase, ...allText(ended).filter((text) => /failed/.test(text))]).toEqual(['COMPLETED'])
    expect(String(data.files.get('/executed/fit%20one.ipynb')?.content)).toBe(
      '{"cells": [{"source": "6*7", "outputs": ["42"]}]}',
    )
  })
  it('with a cell that fails is FAILED, with the words of it', { timeout: 60_000 }, async () => {
    const ended = await run('/bad.ipynb', '{"cells": [{"source": "raise", "outputs": []}]}')
    expect(ended.phase).toBe('FAILED')
    expect(ended.executable?.exitCode).toBe(1)
    const stderr = (ended.executable as { streams?: { stderr?: { locations?: string[] } } }).streams?.stderr
      ?.locations?.[0]
    expect(await (await fetch(stderr as string)).text()).toBe('CellExecutionError\n')
    expect(data.files.has('/executed/bad.ipynb')).toBe(false)
  })
})

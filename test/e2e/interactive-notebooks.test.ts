/**
 * A notebook that its user works in, on real engines. No image with Jupyter can be had here: a script stands in for
 * `jupyter lab`. It takes the token from where Jupyter does, shows the page only to who has it, and then changes the
 * notebook as a user would. So the way of the token and of the notebook is tested, and not Jupyter.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { KIND } from '../../src/protocol/kinds.ts'
import { Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { startDataServer, type DataServer } from '../support/data-server.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform } from '../support/engine-requests.ts'
import { testImage, type TestImage } from '../support/images.ts'

const STAND_IN = `#!/bin/sh
[ "$*" = "lab --no-browser --ip=0.0.0.0 --port=8888" ] || { echo "called as: $*" >&2; exit 2; }
exec nc -ll -p 8888 -e /bin/page
`
/** Answers one request, on its standard input and output. */
const PAGE = `#!/bin/sh
configuration=$(cat "$JUPYTER_CONFIG_PATH/jupyter_server_config.json")
token=$(echo "$configuration" | sed 's/.*"IdentityProvider":{"token":"\\([0-9a-f]*\\)".*/\\1/')
root=$(echo "$configuration" | sed 's/.*"root_dir":"\\([^"]*\\)".*/\\1/')
read -r method place version
while read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done
if grep -q "$token" /proc/1/cmdline /proc/1/environ; then status='500 Told'
elif [ "$place" = "/lab/tree/mine.ipynb?token=$token" ]; then
  status='200 OK'
  changed=$(sed 's/"outputs": \\[\\]/"outputs": ["42"]/' "$root/mine.ipynb")
  echo "$changed" > "$root/mine.ipynb" || status='500 Read only'
else status='403 Forbidden'; fi
printf 'HTTP/1.0 %s\\r\\nConnection: close\\r\\n\\r\\n%s' "$status" "$(cat "$root/mine.ipynb")"
`
const NOTEBOOK = '{"cells": [{"source": "6*7", "outputs": []}]}\n'

describeOnEngines('a notebook that is served', ({ name, address }) => {
  let image: TestImage
  let data: DataServer
  let broker: TestBroker
  let api: Api
  beforeAll(async () => {
    image = await testImage(address, ['USER 1000:1000'], { jupyter: STAND_IN, page: PAGE })
    data = await startDataServer()
    // Podman publishes nothing where programs may not reach out.
    const network = name === 'Podman' ? 'bridge' : 'none'
    broker = await testBroker({
      'notebooks.image': image.location,
      'notebooks.server': {},
      platforms: [{ ...enginePlatform(address), network, publish: {} }],
    })
    api = new Api(broker.url)
  })
  afterAll(async () => {
    await broker.close()
    await data.close()
    await image.remove()
  })

  async function wayIn(uuid: string): Promise<string> {
    for (;;) {
      const { phase, connectors } = await api.execution(uuid)
      const [connector] = connectors ?? []
      if (connector?.status === 'AVAILABLE') return connector.location as string
      expect(['ACCEPTED', 'WAITING', 'PREPARING', 'AVAILABLE']).toContain(phase)
      await api.get(`/executions/${uuid}?WAIT=1&PHASE=${phase}`)
    }
  }
  /** The status of a page, once the server listens. */
  async function statusOf(location: string): Promise<number> {
    for (;;) {
      const answer = await fetch(location).catch(() => undefined)
      if (answer) return answer.status
    }
  }

  it('can be changed, also when it is saved nowhere', { timeout: 60_000 }, async () => {
    data.files.set('/mine.ipynb', { content: Buffer.from(NOTEBOOK) })
    const uuid = await api.run({
      executable: { kind: KIND.jupyterNotebook, location: `${data.url}/mine.ipynb`, mode: 'INTERACTIVE' },
    })
    const location = await wayIn(uuid)
    expect(await statusOf(location)).toBe(200)
    expect(await (await fetch(location)).text()).toContain('["42"]')
    await api.setPhase(uuid, 'RELEASING')
    expect((await api.ends(uuid)).phase).toBe('COMPLETED')
    expect(String(data.files.get('/mine.ipynb')?.content)).toBe(NOTEBOOK)
  })
  it.each([
    ['fetched.ipynb', 'mine.ipynb', 'WRITEONLY'],
    ['mine.ipynb', 'mine.ipynb', 'READWRITE'],
  ] as const)(
    'of %s is entered with its token alone, and saved to %s',
    { timeout: 60_000 },
    async (from, to, access) => {
      data.files.set(`/${from}`, { content: Buffer.from(NOTEBOOK) })
      const uuid = await api.run({
        executable: { kind: KIND.jupyterNotebook, location: `${data.url}/${from}`, mode: 'INTERACTIVE' },
        data: [{ kind: KIND.simpleData, location: `${data.url}/${to}`, access }],
      })
      const location = await wayIn(uuid)
      expect(location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/mine\.ipynb\?token=[0-9a-f]{64}$/)
      const [place = ''] = location.split('?')
      expect(await statusOf(place)).toBe(403)
      expect(await statusOf(`${place}?token=${'0'.repeat(64)}`)).toBe(403)
      expect(await statusOf(location)).toBe(200)

      await api.setPhase(uuid, 'RELEASING')
      expect((await api.ends(uuid)).phase).toBe('COMPLETED')
      expect(String(data.files.get(`/${to}`)?.content)).toBe(NOTEBOOK.replace('[]', '["42"]'))
      await expect(fetch(location)).rejects.toThrow()
    },
  )
})

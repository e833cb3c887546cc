import { describe, expect, it } from 'vitest'
import type { DockerContainer, JupyterNotebook } from './execution-request.ts'
import { madeName, offerName } from './made-name.ts'

const container = (location: string, name?: string): DockerContainer => ({
  type: 'docker-container',
  ...(name === undefined ? {} : { name }),
  image: { locations: [location], architecture: 'amd64', os: 'linux' },
  command: [],
  environment: {},
  privileged: false,
  ports: [],
})
const notebook = (location: string): JupyterNotebook => ({ ...container('a'), type: 'jupyter-notebook', location })

describe('a name that is made', () => {
  it.each([
    [container('docker.io/library/busybox:1.37'), 'busybox'],
    [container(`registry.example.org:5000/a/b/fit@sha256:${'0'.repeat(64)}`), 'fit'],
    [container('busybox'), 'busybox'],
    [container('not a reference'), 'execution'],
    [container('busybox', 'my fit'), 'my fit'],
    [notebook('https://example.org/a/my%20fit.ipynb?raw=1'), 'my fit.ipynb'],
    [notebook('https://example.org/100%'), '100%'],
    [notebook('https://example.org/'), 'execution'],
  ])('is of what is run: %#', (executable, name) => {
    expect(madeName({ executable })).toBe(name)
  })
  it('is no longer than a name may be, with its number', () => {
    expect(offerName(madeName({ executable: container('a', 'x'.repeat(200)) }), 3)).toBe(`${'x'.repeat(150)}-offer-4`)
  })
})

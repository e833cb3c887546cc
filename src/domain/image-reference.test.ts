import { describe, expect, it } from 'vitest'
import { parseReference, referenceFault } from './image-reference.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('a reference to an image', () => {
  it.each([
    ['busybox', { repository: 'docker.io/library/busybox', tag: 'latest' }],
    ['busybox:1.36', { repository: 'docker.io/library/busybox', tag: '1.36' }],
    ['user/name', { repository: 'docker.io/user/name', tag: 'latest' }],
    ['docker.io/busybox', { repository: 'docker.io/library/busybox', tag: 'latest' }],
    ['index.docker.io/user/name:2', { repository: 'docker.io/user/name', tag: '2' }],
    ['registry.example/project/name:tag', { repository: 'registry.example/project/name', tag: 'tag' }],
    ['registry.example:5000/name', { repository: 'registry.example:5000/name', tag: 'latest' }],
    ['localhost/name:1', { repository: 'localhost/name', tag: '1' }],
    ['127.0.0.1:5000/a/b/c:x-y_z.1', { repository: '127.0.0.1:5000/a/b/c', tag: 'x-y_z.1' }],
    [`registry.example/name@${digest}`, { repository: 'registry.example/name', digest }],
    [`registry.example/name:tag@${digest}`, { repository: 'registry.example/name', tag: 'tag', digest }],
  ])('%s is taken apart', (text, reference) => {
    expect(parseReference(text)).toEqual(reference)
  })

  it.each([
    '',
    ':tag',
    'name:',
    'Name',
    'name:t ag',
    'name@sha256:1234',
    `name@${digest}@${digest}`,
    'registry.example/../name',
    'registry.example//name',
    'name?x=y',
    'name/json#',
    'https://registry.example/name',
  ])('%s is none', (text) => {
    expect(parseReference(text)).toBeUndefined()
    expect(referenceFault(text)).not.toBeUndefined()
  })

  it.each([
    ['ghcr.io/Org/App:V1', 'upper case in its tag only; write ghcr.io/org/app:V1'],
    ['host:5000/Org/App', 'write host:5000/org/app'],
    [`Name@${digest}`, `write name@${digest}`],
    ['docker://busybox:1', 'no docker:// before it; write busybox:1'],
    ['https://hub.docker.com/_/busybox', 'no https:// before it; write registry.example/project/name:1.0'],
    ['busybox:', 'no tag after the colon; write busybox:latest'],
    ['busybox:-1', 'a tag has at most 128'],
    ['a b', 'no spaces, such as registry.example/project/name:1.0'],
    ['name@sha256:1234', 'one digest, `sha256:` and 64 hexadecimal digits'],
    ['名前', 'not the name of an image, such as busybox:1.36'],
  ])('%s is refused with what to write instead', (text, words) => {
    expect(referenceFault(text)).toContain(words)
  })
  it('is not refused when it is right', () => {
    expect(['busybox', 'ghcr.io/org/app:V1', `name@${digest}`].map(referenceFault)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

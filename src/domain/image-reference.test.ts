import { describe, expect, it } from 'vitest'
import { parseReference } from './image-reference.ts'

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
  })
})

import { describe, expect, it } from 'vitest'
import { wordsOf } from './engine-words.ts'

describe('the words of an engine', () => {
  it.each([
    ['stat /var/lib/docker/overlay2/0a1b/merged/bin/sh: no such file', 'stat …/sh: no such file'],
    ['mount source: "/home/ada/broker/vol", target: "/data"', 'mount source: "…/vol", target: "/data"'],
    ['bind volume:/srv/containers/storage/x:/data failed', 'bind volume:…/x:/data failed'],
    ['lookup path=/etc/passwd: denied', 'lookup path=…/passwd: denied'],
    ['dial unix /run/user/1000/podman/podman.sock: refused', 'dial unix …/podman.sock: refused'],
    ['connect to unix:///run/podman/podman.sock failed', 'connect to … failed'],
    ['open C:\\ProgramData\\docker\\x: denied', 'open … denied'],
    ['open /var/lib/docker/: denied', 'open …/: denied'],
  ])('tell no path of its host: %s', (said, shown) => {
    expect(wordsOf(said)).toBe(shown)
  })
  it.each([
    'Get "https://registry.example.org/v2/project/name/manifests/1": dial tcp 127.0.0.1:1: connect: connection refused',
    'docker.io/library/busybox:1: manifest unknown',
    'exec: "nope": executable file not found in $PATH',
    'volume x: volume is being used',
  ])('keep what is no path: %s', (said) => {
    expect(wordsOf(said)).toBe(said)
  })
  it('are one line without control characters or marks that turn writing', () => {
    expect(wordsOf('one\r\n\u001b[31mtwo\u0000\tthree\u202efour\u2028five')).toBe('one [31mtwo three four five')
  })
  // So long that a time which grows as the square of the length is beyond that of the test.
  it('are of bounded length, and found in linear time', () => {
    for (const part of ['/a', '/', 'x', ' /', '/a/b ', 'unix:/', '\u001b', ' '])
      expect(wordsOf(part.repeat(1_000_000)).length).toBeLessThanOrEqual(402)
  })
})

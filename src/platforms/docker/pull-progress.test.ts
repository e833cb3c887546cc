import { describe, expect, it } from 'vitest'
import type { PullLine } from './engine-answers.ts'
import { PullProgress } from './pull-progress.ts'

function wordsAfter(...lines: PullLine[]): string | undefined {
  const progress = new PullProgress()
  for (const line of lines) progress.take(line)
  return progress.words()
}

describe('the progress of a pull', () => {
  it('is not told before a layer is known', () => {
    expect(wordsAfter({ status: 'Pulling from project/name', id: '1' })).toBeUndefined()
    expect(wordsAfter({ status: 'Digest: sha256:12' })).toBeUndefined()
  })
  it('counts layers and bytes', () => {
    const lines = [
      { status: 'Pulling fs layer', id: 'a', progressDetail: {} },
      { status: 'Already exists', id: 'b', progressDetail: {} },
      { status: 'Downloading', id: 'a', progressDetail: { current: 1.5e6, total: 3e6 } },
    ]
    expect(wordsAfter(...lines)).toBe('1 of 2 layers, 1.5 of 3.0 MB')
    expect(wordsAfter(...lines, { status: 'Download complete', id: 'a' })).toBe('2 of 2 layers, 3.0 of 3.0 MB')
  })
  it('never goes back, also not where Docker unpacks what it has downloaded', () => {
    const lines = [
      { status: 'Downloading', id: 'a', progressDetail: { current: 1.5e6, total: 3e6 } },
      { status: 'Download complete', id: 'a' },
      // The bytes of unpacking are not those of the download.
      { status: 'Extracting', id: 'a', progressDetail: { current: 32_768, total: 3e6 } },
    ]
    expect(wordsAfter(...lines)).toBe('1 of 1 layers, 3.0 of 3.0 MB, unpacking')
    expect(wordsAfter(...lines, { status: 'Pull complete', id: 'a' })).toBe('1 of 1 layers, 3.0 of 3.0 MB')
  })
  it('counts layers alone where no bytes are told', () => {
    expect(wordsAfter({ status: 'Pulling fs layer', id: 'a' }, { status: 'Download complete', id: 'b' })).toBe(
      '1 of 2 layers',
    )
  })
})

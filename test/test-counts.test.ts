import { describe, expect, it } from 'vitest'
import { inWords, testCounts } from '../scripts/test-counts.ts'

const report = (testResults: { status: string; assertionResults: { status: string }[] }[]) =>
  JSON.stringify({ numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults })

describe('the counts of a test run', () => {
  it('are those of the runner', () => {
    const failing = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }
    expect(testCounts(report([failing]))).toEqual({ passed: 7, failed: 1, skipped: 3 })
  })
  it('have a failure for a file that could not be loaded, and one when there is no report', () => {
    expect(testCounts(report([{ status: 'failed', assertionResults: [] }])).failed).toBe(2)
    expect(testCounts(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })
  it('are said in one line', () => {
    expect(inWords({ passed: 7, failed: 1, skipped: 3 })).toBe('7 passed, 1 failed, 3 skipped')
    expect(inWords({ passed: 7, failed: 0, skipped: 0 })).toBe('7 passed, 0 failed')
  })
})

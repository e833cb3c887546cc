import { describe, expect, it } from 'vitest'
import { failedTests, inWords, testCounts } from '../scripts/test-report.ts'

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

describe('what failed', () => {
  it('is said with the first line of why, also of a file that could not be loaded', () => {
    const text = JSON.stringify({
      testResults: [
        { name: '/here/test/a.test.ts', status: 'failed', message: 'No such module\nat x', assertionResults: [] },
        {
          name: '/here/test/b.test.ts',
          status: 'failed',
          assertionResults: [
            { fullName: 'b is right', status: 'failed', failureMessages: ['expected 1 to be 2\nat y'] },
            { fullName: 'b is quick', status: 'passed' },
          ],
        },
      ],
    })
    expect(failedTests(text, '/here')).toEqual([
      'test/a.test.ts: No such module',
      'test/b.test.ts, b is right: expected 1 to be 2',
    ])
    expect(failedTests(undefined, '/here')).toEqual(['The runner ended without a report.'])
  })
})

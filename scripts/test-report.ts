/** What the report of the test runner says in few words. */

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The part of the report (Jest's format, as vitest writes it) that is read. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly TestFile[]
}

interface TestFile {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages?: readonly string[]
  }[]
}

/** Counts as the runner does, and a file of which nothing could be run as one failure; without a report all failed. */
export function testCounts(report: string | undefined): TestCounts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report) as Report
  return {
    passed: numPassedTests,
    failed: numFailedTests + testResults.filter(isUnloaded).length,
    skipped: numPendingTests + numTodoTests,
  }
}

/** What failed and the first line of why, a line each; paths are given from `directory`. */
export function failedTests(report: string | undefined, directory: string): readonly string[] {
  if (report === undefined) return ['The runner ended without a report.']
  const { testResults } = JSON.parse(report) as Report
  return testResults.flatMap((file) => {
    const name = file.name.replace(`${directory}/`, '')
    if (isUnloaded(file)) return [`${name}: ${firstLine(file.message)}`]
    return file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${name}, ${fullName}: ${firstLine(failureMessages?.[0])}`)
  })
}

function isUnloaded({ status, assertionResults }: TestFile): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] as string
}

/** The counts as the last line of a run. */
export function inWords({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** What an examination found: each is one line that says how something is and, where it is not well, what to do. */

export interface Finding {
  /** What was looked at: `database`, `platform docker`. */
  readonly area: string
  /** `warning`: it works, and something should be done. `problem`: a broker would not start, or not do its work. */
  readonly state: 'ok' | 'warning' | 'problem'
  /** How it is, as a sentence. */
  readonly found: string
  /** What to do, as a sentence; only where something is to be done. */
  readonly advice?: string
}

/** Findings of one area. */
export const about = (area: string) => ({
  ok: (found: string): Finding => ({ area, state: 'ok', found }),
  warning: (found: string, advice: string): Finding => ({ area, state: 'warning', found, advice }),
  problem: (found: string, advice: string): Finding => ({ area, state: 'problem', found, advice }),
})

/** A finding as a line for a person. */
export function lineOf({ area, state, found, advice }: Finding): string {
  return `${state.padEnd(7)}  ${area}: ${found}${advice === undefined ? '' : ` ${advice}`}`
}

/** The last line: how many of each there are. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((one) => one.state === state).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return 'Everything is well.'
  return `${many(problems, 'problem')} and ${many(warnings, 'warning')} were found.`
}

const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

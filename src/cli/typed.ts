/** Advice on what was typed and is not an option: the option that was meant, or that it is for the program that runs. */

/** Options as other systems call them, by the names that they have here. */
const MEANT: Readonly<Record<string, string>> = {
  '--cpu': '--cores',
  '--cpus': '--cores',
  '--cpus-per-task': '--cores',
  '--environment': '--env',
  '--input': '--data',
  '--job-name': '--name',
  '--mem': '--memory',
  '--output': '--save',
  '--ram': '--memory',
  '--time': '--duration',
  '--timeout': '--duration',
  '--url': '--server',
  '--volume': '--data',
  '--walltime': '--duration',
  '-c': '--cores',
  '-d': '--detach',
  '-e': '--env',
  '-m': '--memory',
  '-t': '--duration',
  '-v': '--data',
}

/** The error of the option parser with advice, as it says nothing of what was meant. `options` are those of the command. */
export function withOptionAdvice(text: string, options: readonly string[], takesProgram: boolean): string {
  // The library writes before it throws, so that its own text is all that there is to know the option by.
  const option = /^error: unknown option '([^']+)'/.exec(text)?.[1]?.replace(/=.*/s, '')
  if (option === undefined) return text
  const meant = Object.hasOwn(MEANT, option) ? (MEANT[option] as string) : undefined
  const isKnown = meant !== undefined && options.includes(meant)
  // What the library proposes is like it by its letters only.
  const said = isKnown ? text.replace(/\n\(Did you mean [^\n]*/, '') : text
  const advice = [
    ...(isKnown ? [`Did you mean ${meant}?`] : []),
    ...(takesProgram
      ? [`If ${option} is for the program, put -- before its command: broker run IMAGE -- ls -l /`]
      : []),
  ]
  return advice.length === 0 ? said : `${said.trimEnd()}\n${advice.join('\n')}\n`
}

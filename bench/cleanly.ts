/** What a measurement opens is closed in reverse order at its end, also when it fails half-way. */

/** Whatever has to be closed is handed to it. */
export type Later = (close: () => Promise<unknown>) => void

/** Runs `work`, and then what it handed to `later`, last first. */
export async function cleanly<Result>(work: (later: Later) => Promise<Result>): Promise<Result> {
  const closing: (() => Promise<unknown>)[] = []
  try {
    return await work((close) => closing.push(close))
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

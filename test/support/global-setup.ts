/** Says once, before the tests, which engines are there and what is skipped for want of one. With CI=true a missing one is a failure. */
import { answeringEngines } from './engines.ts'

export default async function setup(): Promise<void> {
  const missing = (await answeringEngines()).filter((engine) => engine.missing !== undefined)
  for (const { name, missing: reason, suites } of missing)
    console.log(`Skipping ${suites}: no ${name}, because ${reason}.`)
  if (process.env.CI === 'true' && missing.length > 0)
    throw new Error(
      `With CI=true every engine has to be there; missing: ${missing.map(({ name }) => name).join(', ')}.`,
    )
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { asked, smallRequest } from '../../../test/support/policies.ts'
import { policyConformance } from '../conformance.ts'
import { modulePolicy } from './module-policy.ts'

const directory = mkdtempSync(join(tmpdir(), 'policies-'))
afterAll(() => rmSync(directory, { recursive: true }))
let files = 0
const moduleOf = (source: string) => {
  const file = join(directory, `policy-${files++}.mjs`)
  writeFileSync(file, source)
  return modulePolicy('ours', file)
}
const privileged = smallRequest({}, { privileged: true })
const large = smallRequest({ compute: { cores: { min: 1, max: 64 }, memory: { min: 1, max: 1 }, volumes: [] } })

policyConformance('a module of the site', async () => {
  const switches = globalThis as { brokenAsTheTestWants?: boolean }
  switches.brokenAsTheTestWants = false
  return {
    policy: await moduleOf(`
      export default async ({ request }) => {
        if (globalThis.brokenAsTheTestWants) throw new Error('as the test wants it')
        request.executable.image.locations.push('what the module does to it')
        if (request.executable.privileged) return { allow: false, reasons: ['it is privileged'] }
        return request.compute.cores.max > 4 ? { allow: true, cap: { cores: 4 } } : true
      }`),
    allowed: smallRequest(),
    denied: privileged,
    capped: large,
    break: async () => {
      switches.brokenAsTheTestWants = true
    },
  }
})

describe('a module of the site', () => {
  it.each([
    ['export default 5', /has no function as its default export/],
    ['export const evaluate = () => true', /has no function as its default export/],
    ["throw new Error('on purpose')", /cannot be loaded: on purpose/],
    ['export default (', /cannot be loaded/],
  ])('that is %j cannot be used', async (source, said) => {
    await expect(moduleOf(source)).rejects.toThrow(said)
  })
  it('that is not there cannot be used', async () => {
    await expect(modulePolicy('ours', join(directory, 'none.mjs'))).rejects.toMatchObject({ code: 'UNPROCESSABLE' })
  })
  it('that answers nothing has failed', async () => {
    const policy = await moduleOf('export default () => {}')
    const { signal } = new AbortController()
    await expect(policy.evaluate(asked(smallRequest()), signal)).rejects.toThrow(/neither true/)
  })
})

/** The problems that the contract shows are those that the broker answers with. */
import { expect, it } from 'vitest'
import { ERRORS } from '../../src/domain/errors.ts'
import { CONTRACT } from '../../src/protocol/contract.ts'

interface Example {
  readonly value: { readonly type?: string; readonly title?: string; readonly status?: number }
}

const { examples } = CONTRACT.components as unknown as { examples: Record<string, Example> }
const problems = Object.entries(examples).filter(([, { value }]) => value.type?.includes(':problem:'))

it('there are some', () => expect(problems.length).toBeGreaterThan(10))
it.each(problems)('%s', (_, { value }) => {
  const code = value.type?.split(':').at(-1)?.toUpperCase().replaceAll('-', '_') as keyof typeof ERRORS
  expect(value).toMatchObject({ title: ERRORS[code].title, status: ERRORS[code].status })
})

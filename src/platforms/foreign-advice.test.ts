import { expect, it } from 'vitest'
import { foreignAdvice } from './foreign-advice.ts'

it('names the data directory of a simulated platform before what loses work', () => {
  expect(foreignAdvice('sim', true)).toMatch(
    /start this broker with the dataDirectory .*such as sim-2; .*confirm sim'$/,
  )
  expect(foreignAdvice('docker', false)).toMatch(/^Give two engines two names, such as docker-2 .*confirm docker'/)
  expect(foreignAdvice('docker', false)).not.toContain('dataDirectory')
})

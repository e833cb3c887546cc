import { describe, expect, it } from 'vitest'
import { FakeClock } from '../test/support/fake-clock.ts'
import { AwayLog } from './away-log.ts'
import { BrokerError } from './domain/errors.ts'
import { DatabaseUnavailable } from './store/cannot-now.ts'

const AWAY = new DatabaseUnavailable('The database is not answering.', { cause: undefined })

function watched() {
  const clock = new FakeClock()
  const said: string[] = []
  const log = new AwayLog((level, text, details = {}) => {
    said.push(`${level} ${text} ${JSON.stringify(details)}`)
  }, clock)
  return { clock, said, log }
}

describe('a log of a broker whose database is away', () => {
  it('tells of it once a minute, without a stack, and once when it is back', () => {
    const { clock, said, log } = watched()
    for (let time = 0; time < 150; time++) {
      log.log('error', 'The engine could not look for work.', { error: AWAY })
      clock.advance(1_000)
    }
    log.back()
    log.back()
    const waits = 'warn The database cannot be used now; what needs it waits.'
    const reason = '"reason":"The database is not answering."'
    expect(said).toEqual([
      `${waits} {${reason},"unsaid":0}`,
      `${waits} {${reason},"unsaid":59}`,
      `${waits} {${reason},"unsaid":59}`,
      'info The database answers again. {"unsaid":29}',
    ])
  })
  it('tells of everything else as it is', () => {
    const { said, log } = watched()
    log.log('error', 'The work is parked.', { error: new BrokerError('PLATFORM_UNAVAILABLE', 'Docker is away.') })
    log.log('error', 'The policy white failed.', { error: new BrokerError('UNAVAILABLE', 'The registry is away.') })
    log.log('info', 'The execution is PREPARING.')
    log.back()
    expect(said.map((line) => line.split(' {', 1)[0])).toEqual([
      'error The work is parked.',
      'error The policy white failed.',
      'info The execution is PREPARING.',
    ])
  })
})

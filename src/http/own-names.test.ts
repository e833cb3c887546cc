import { expect, it } from 'vitest'
import { isBrokerError } from '../domain/errors.ts'
import { refuseForeignName } from './own-names.ts'

const urls = ['https://broker.example.org:8443/eb', undefined]

it.each([
  undefined,
  'localhost',
  'LOCALHOST:8082',
  'localhost.',
  'broker.localhost:80',
  '127.0.0.1:8082',
  '127.8.9.1',
  '[::1]:8082',
  '[::ffff:127.0.0.1]',
  'broker.example.org',
  'Broker.Example.org:1',
])('%s is a name of a broker without identities', (host) => {
  expect(() => refuseForeignName(host, urls)).not.toThrow()
})

it.each([
  'rebound.example.org',
  'localhost.example.org',
  '127.0.0.1.example.org:8082',
  '10.0.0.1',
  '[fe80::1]:8082',
  'example.org',
])('%s is none', (host) => {
  expect(() => refuseForeignName(host, urls)).toThrow(
    expect.objectContaining({ code: 'MISDIRECTED', detail: expect.stringContaining(`'${host}'`) as string }) as Error,
  )
})

it('the refusal says which settings let the name in', () => {
  try {
    refuseForeignName('rebound.example.org', [])
    expect.unreachable()
  } catch (error) {
    expect(isBrokerError(error, 'MISDIRECTED') && error.detail).toMatch(/publicUrl.*identity: \{\}/)
  }
})

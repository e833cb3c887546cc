/** What is served is in the contract, or is one of the few things that are not for clients of the contract. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROUTES } from '../../src/http/access.ts'
import { failingBroker, type FailingBroker } from '../support/failing-broker.ts'
import { declaredOperations } from './operations.ts'

/** Served and not in the contract, with the reason. */
const BESIDE_THE_CONTRACT: Readonly<Record<string, string>> = {
  'GET /offers/:uuid': 'an alias that leads to what it stands for',
  'POST /offers/:uuid': 'an alias that leads to what it stands for',
  'GET /docs/start.js': 'a part of the page',
  'GET /docs/swagger-ui.css': 'a part of the page',
  'GET /docs/swagger-ui-bundle.js': 'a part of the page',
}

let broker: FailingBroker
beforeAll(async () => {
  broker = await failingBroker()
})
afterAll(() => broker.close())

it('every route that is served is in the contract, and every operation of the contract is served', () => {
  const declared = declaredOperations().map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`)
  // A route of which nobody says who may call it cannot be added, so there are no others.
  const routes = Object.keys(ROUTES)
  expect(routes.filter((route) => !broker.serves(...(route.split(' ') as [string, string])))).toEqual([])
  expect(routes.sort()).toEqual([...declared, ...Object.keys(BESIDE_THE_CONTRACT)].sort())
})

import { describe, expect, it } from 'vitest'
import { loadConfig } from './config.ts'

describe('a variable of the environment that is empty', () => {
  it.each([
    'BROKER_CONFIG',
    'BROKER_LISTEN_PORT',
    'BROKER_DATA_DIRECTORY',
    'BROKER_CORS_ORIGINS',
    'BROKER_DATABASE_URL',
  ])('is as one that is not set: %s', (name) => {
    const [empty, unset] = [{ [name]: '' }, {}].map((environment) => loadConfig({ environment }).config)
    expect(empty).toEqual(unset)
  })
})

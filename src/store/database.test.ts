import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { PooledDatabase } from './database.ts'

const LET_IN = Buffer.concat([messageOf('R', Buffer.alloc(4)), messageOf('Z', Buffer.from('I'))])
const GOES_AWAY = messageOf('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'))

/** A message of the PostgreSQL protocol: its type, its length, and what is in it. */
function messageOf(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(type), length, content])
}

describe('the database', () => {
  it('is told to be away by a server that lets somebody in and goes away in one breath', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(Buffer.concat([LET_IN, GOES_AWAY])))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const pool = new pg.Pool({ connectionString: `postgres://me@127.0.0.1:${port}/some` })
    pool.on('error', () => undefined)
    const database = new PooledDatabase(pool, 'a server')
    const asked = database.query({ name: 'any', text: 'select 1', parameters: [] }, {})
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await database.end()
    server.close()
  })
})

/** The Vary header, to which several parts of an answer add what they depend on. */
import type { FastifyReply } from 'fastify'

/** Says that the answer depends on these headers of the request, beside what was said before. */
export function addVary(reply: FastifyReply, ...headers: readonly string[]): void {
  const said = reply.getHeader('Vary')
  if (said === undefined) return void reply.header('Vary', headers.join(', '))
  const names = String(said).split(', ')
  const further = headers.filter((header) => !names.some((name) => name.toLowerCase() === header.toLowerCase()))
  void reply.header('Vary', [...names, ...further].join(', '))
}

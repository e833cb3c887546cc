/**
 * What tells a browser to make nothing of an answer but what it is: no page, no frame, no source of scripts. The page of
 * the contract says for itself what it needs.
 */
import type { FastifyReply } from 'fastify'

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Referrer-Policy': 'no-referrer',
} as const

/** A year, as browsers ask for before they remember it. */
const STRICT_TRANSPORT = 'max-age=31536000'

/** Sets them, before anything else can be answered. */
export function setSecurityHeaders(reply: FastifyReply, publicUrl: string | undefined): void {
  reply.headers(HEADERS)
  if (publicUrl?.startsWith('https:')) reply.header('Strict-Transport-Security', STRICT_TRANSPORT)
}

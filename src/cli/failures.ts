/** What can go wrong in a command, as a sentence with the next step and an exit code. */
import { NotABrokerError, ProblemError, UnreachableError } from '../client/broker-client.ts'
import { EXIT } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** A command that failed in a way that the person can do something about. */
export class CommandError extends Error {
  readonly exitCode: number
  readonly lines: readonly string[]

  /** Says a sentence, and what else there is to say, each in a line. */
  constructor(sentence: string, exitCode: number, more: readonly string[] = []) {
    super(sentence)
    this.exitCode = exitCode
    this.lines = [sentence, ...more]
  }
}

interface Failure {
  readonly lines: readonly string[]
  readonly exitCode: number
}

/** Runs a command and turns whatever goes wrong into sentences, or with `json` into one JSON object on stderr. */
export async function guarded(
  {
    terminal,
    json,
    shows,
    debugs,
  }: {
    readonly terminal: Terminal
    readonly json: boolean
    readonly shows?: 'token' | 'password' | undefined
    /** True to show where an unexpected error happened; undefined to throw it, for commands that serve explain it themselves. */
    readonly debugs?: boolean
  },
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command()
  } catch (error) {
    const failure = explain(error, shows) ?? (debugs === undefined ? undefined : unexpected(error, debugs))
    if (!failure) throw error
    const { lines, exitCode } = failure
    if (json) {
      const problem = error instanceof ProblemError ? { problem: error.problem } : {}
      terminal.say(JSON.stringify({ type: 'error', message: lines.join(' '), exitCode, ...problem }))
    } else {
      for (const line of lines) terminal.say(line)
    }
    return exitCode
  }
}

/** The most of the words of an unexpected error that is shown, in characters: an answer may be in them. */
const WORDS_SHOWN_MAX = 300

/** A mistake: of the server, whose answer is none of the contract, or of this command. BROKER_DEBUG shows where. */
function unexpected(error: unknown, debugs: boolean): Failure {
  const { stack, name, message } = error instanceof Error ? error : new Error(String(error))
  const where = debugs ? (stack ?? '').split('\n') : ["'BROKER_DEBUG=1 broker …' shows where."]
  const sentence = `The command cannot go on, maybe because of an answer that is none of a broker (${name}: ${message.slice(0, WORDS_SHOWN_MAX)}).`
  return { lines: [sentence, ...where], exitCode: EXIT.failed }
}

/** What the broker has to say about a request that it did not take: one sentence, and each field at fault. */
export function problemLines({ problem: { title, detail, errors = [] } }: ProblemError): string[] {
  const faults = errors.map(({ pointer, parameter, header, detail: fault }) => {
    const where = pointer ?? parameter ?? header
    return where ? `  ${where}: ${fault}` : `  ${fault}`
  })
  return [detail ?? `${title}.`, ...faults]
}

/** Advice for who is not known, by the credentials that were shown. */
const SAY_WHO = {
  nothing:
    "Set BROKER_TOKEN to an access token of yours; with BROKER_USER and BROKER_PASSWORD, 'broker token NAME' makes one.",
  token:
    "The access token in BROKER_TOKEN is not taken. Unset it, set BROKER_USER and BROKER_PASSWORD, and make another one with 'broker token NAME'.",
  password:
    'The user name in BROKER_USER and the password in BROKER_PASSWORD do not fit together. Correct them; an administrator gives a new password.',
} as const

function explain(error: unknown, shows: keyof typeof SAY_WHO = 'nothing'): Failure | undefined {
  if (error instanceof CommandError) return { lines: error.lines, exitCode: error.exitCode }
  if (error instanceof UnreachableError) {
    const lines =
      certificateFault(error) ??
      (error.tookRequest
        ? [`The broker at ${error.url} does not answer; it may be busy or on its way down, so try again.`]
        : [
            `No broker answers at ${error.url}.`,
            "Start one with 'broker serve', or name another with --server or BROKER_URL.",
          ])
    return { lines, exitCode: EXIT.unreachable }
  }
  if (error instanceof NotABrokerError) {
    const lines = [`${capital(error.message)}.`, 'Name the broker with --server or BROKER_URL.']
    return { lines, exitCode: EXIT.unreachable }
  }
  if (error instanceof ProblemError) {
    const { status } = error.problem
    if (status === 401) return { lines: [...problemLines(error), SAY_WHO[shows]], exitCode: EXIT.failed }
    return { lines: problemLines(error), exitCode: status === 400 || status === 422 ? EXIT.refused : EXIT.failed }
  }
  return undefined
}

/** The fault of the certificate of a server, and what to do; undefined where the failure is another one. */
function certificateFault({ url, code }: UnreachableError): string[] | undefined {
  if (UNTRUSTED.has(code))
    return [
      `The certificate of ${url} is of an authority that this machine does not know (${code}).`,
      'If it is that of your site, name the file with its certificate: NODE_EXTRA_CA_CERTS=/etc/ssl/site-ca.pem broker list',
    ]
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return [
      `The certificate of ${url} is not valid now (${code}).`,
      'Compare the clock of this machine, or tell the operator of the broker.',
    ]
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      `The certificate of ${url} is for another name.`,
      'Write the name that the certificate has in --server or BROKER_URL.',
    ]
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return [
      `What answers at ${url} does not speak TLS.`,
      `If it is the broker itself, write ${url.replace(/^https/, 'http')} in --server or BROKER_URL.`,
    ]
  return undefined
}

/** The codes of OpenSSL for a chain of certificates that leads to none that is trusted. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
])

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

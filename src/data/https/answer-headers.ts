/** The headers of an answer, each as one text, however often a server has sent it. */
import { BrokerError } from '../../domain/errors.ts'

/** Headers that are read here. Any other may be there as often as a server likes. */
const SINGLE = [
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'location',
] as const
/** Headers that are lists by themselves, so that several are one (RFC 9110, section 5.3). */
const LISTS = ['content-digest', 'digest', 'repr-digest'] as const

type Name = (typeof SINGLE | typeof LISTS)[number]
export type AnswerHeaders = Readonly<Partial<Record<Name, string>>>

/** Reads them. A header that is there twice and says the same is one. Throws DATA_UNAVAILABLE where it says two things. */
export function answerHeaders(
  sent: Readonly<Record<string, string | string[] | undefined>>,
  host: string,
): AnswerHeaders {
  const single = SINGLE.flatMap((name): [Name, string][] => {
    const [value, another] = new Set([sent[name] ?? []].flat())
    if (another !== undefined)
      throw new BrokerError(
        'DATA_UNAVAILABLE',
        `the answer of ${host} cannot be read: it has the header ${name} more than once, with different values`,
      )
    return value === undefined ? [] : [[name, value]]
  })
  const lists = LISTS.flatMap((name): [Name, string][] =>
    sent[name] === undefined ? [] : [[name, [sent[name]].flat().join(', ')]],
  )
  return Object.fromEntries([...single, ...lists])
}

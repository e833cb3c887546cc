/**
 * The paths of other generations of the standard. They answer as the path does that they stand for, before any route
 * is looked for.
 */

/** The first segment in other generations, and the one that it stands for. */
const FIRST_SEGMENTS: Readonly<Record<string, string>> = {
  request: 'requests',
  offerset: 'offersets',
  execution: 'executions',
}

/** A path that begins with nothing of another generation: nearly every one. */
const CURRENT = /^\/(?!(?:eb|request|offerset|execution)(?:[/?]|$))/

/** The URL of a request in the paths of this generation. The prefix `/eb` is that of one of the earlier services. */
export function currentUrl(url: string): string {
  if (CURRENT.test(url)) return url
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(url) ?? []
  const [, first = '', ...rest] = path.replace(/^\/eb(?=\/|$)/, '').split('/')
  const current = Object.hasOwn(FIRST_SEGMENTS, first) ? FIRST_SEGMENTS[first] : first
  return `/${[current, ...rest].join('/')}${query}`
}

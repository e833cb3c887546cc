/** What of the URL of data may be said to others. */

/** A URL without what may be a secret in it: credentials, query and fragment. For every message and log. */
export function publicUrl(location: URL): string {
  return `${location.protocol}//${location.host}${location.pathname}`
}

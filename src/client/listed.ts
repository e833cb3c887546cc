/** The entries of a list, over as many pages as they take: pages of large entries have fewer than are asked for. */

/**
 * As many entries as `LAST` of the query says, or those of the first page if it does not. `ask` gets a page
 * and the header `Link` of its answer.
 */
export async function listed<Body, Entry>(
  ask: (path: string) => Promise<{ readonly body: Body; readonly link: string }>,
  path: string,
  query: URLSearchParams,
  entriesIn: (body: Body) => readonly Entry[] | undefined,
): Promise<Entry[]> {
  const found: Entry[] = []
  const most = Number(query.get('LAST') ?? 1)
  for (;;) {
    const { body, link } = await ask(`${path}?${query.toString()}`)
    const entries = entriesIn(body) ?? []
    found.push(...entries)
    const next = nextCursor(link)
    // Each page has an entry at least, so one without any leads nowhere.
    if (next === undefined || entries.length === 0 || found.length >= most) return found
    query.set('cursor', next)
    query.set('LAST', String(most - found.length))
  }
}

/** The cursor of the next page in a header `Link` (RFC 8288); undefined where it leads to none. */
function nextCursor(link: string): string | undefined {
  const end = link.indexOf('>; rel="next"')
  const target = end < 0 ? '' : link.slice(link.lastIndexOf('<', end) + 1, end)
  if (target === '' || !URL.canParse(target, 'http://broker')) return undefined
  return new URL(target, 'http://broker').searchParams.get('cursor') ?? undefined
}

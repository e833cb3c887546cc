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
    found.push(...(entriesIn(body) ?? []))
    const next = /[?&]cursor=([\w-]+)[^>]*>; rel="next"/.exec(link)?.[1]
    if (next === undefined || found.length >= most) return found
    query.set('cursor', next)
    query.set('LAST', String(most - found.length))
  }
}

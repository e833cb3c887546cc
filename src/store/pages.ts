/** Pages of lists that end by the number of their entries and by the bytes of these, as statements decide it. */

export interface WantedPage {
  /** The most entries. */
  readonly limit: number
  /** The most bytes that are kept of the entries; a page has one entry at least. */
  readonly bytes: number
  /** The id that the entries are beyond; undefined for the first page. */
  readonly before?: string | undefined
}

/** Columns that a statement has in every row of a page. */
export interface PageMark {
  /** True when there is an entry after this one. */
  readonly goesOn: boolean
}

export interface StoredPage<Entry> {
  readonly entries: readonly Entry[]
  /** True when there is a next page. */
  readonly goesOn: boolean
}

/** The parameters of a statement that reads a page. */
export function parametersOf({ limit, bytes, before }: WantedPage): Record<keyof WantedPage, string | number | null> {
  return { limit, bytes, before: before ?? null }
}

/** The page of the rows that a statement gave. */
export function storedPage<Entry>(rows: readonly (Entry & PageMark)[]): StoredPage<Entry> {
  return { entries: rows, goesOn: rows.at(-1)?.goesOn ?? false }
}

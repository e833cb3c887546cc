/**
 * The two spellings of the standard, of equal standing: that of this project (offer set, execution) and that of the
 * published v1.0 schema. What they are on the wire is the business of `protocol/`.
 */
export const SPELLINGS = ['own', 'published'] as const
export type Spelling = (typeof SPELLINGS)[number]

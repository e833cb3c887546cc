/** Variables of the environment: one that is empty is as one that is not set, as scripts and compose files write it. */
export const written = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

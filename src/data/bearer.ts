/** Gives the token with which somebody is acted for at a server; undefined for none. Asked before each question. */
export type Bearer = () => Promise<string | undefined>

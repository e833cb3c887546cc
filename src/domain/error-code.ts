/**
 * The code of an error, such as `ENOENT`, which Node and libraries put on what they throw. Not everything that is thrown
 * has a code that is a text: that of a DOMException, as a signal is aborted with, is a number.
 */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** True for an error of the operating system that says that a disk, or what this user may have of it, is full. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error))
}

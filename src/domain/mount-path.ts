/** The directories at the root of a container that its system has, and that no volume is mounted in. */
export const SYSTEM_DIRECTORIES: readonly string[] = ['proc', 'sys', 'dev']

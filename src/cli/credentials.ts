/** Passwords on the command line: read from a file or the input, or made here. Never an option, which others could read. */
import { randomInt } from 'node:crypto'
import { EXIT } from './exit-codes.ts'
import { readDocument } from './document.ts'
import { CommandError } from './failures.ts'

const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Where a password comes from; one is made when nothing is said. */
export interface PasswordOptions {
  /** A file with the password; `-` is the input. */
  readonly passwordFile?: string
}

/** The password, and whether it was made here and has to be shown. */
export async function passwordFrom({ passwordFile }: PasswordOptions): Promise<{ password: string; made: boolean }> {
  if (passwordFile === undefined) return { password: makePassword(), made: true }
  const password = (await readDocument(passwordFile)).text.replace(/\r?\n$/, '')
  if (password === '')
    throw new CommandError('The password is empty; the first line of the file is the password.', EXIT.usage)
  return { password, made: false }
}

/** Easy to read aloud: five groups of four characters, none of which look alike. */
function makePassword(): string {
  const group = () => Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: 5 }, group).join('-')
}

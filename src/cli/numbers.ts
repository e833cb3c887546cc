/** Numbers in options, read from what was typed. What cannot be read is refused with what to write. */
import { InvalidArgumentError } from 'commander'
import { convertAmount } from '../client/advice.ts'

/** A whole number from `least`. */
const numberFrom = (least: 0 | 1) => (text: string) => {
  const [, digits] = /^0*(\d{1,9})$/.exec(text.trim()) ?? []
  if (digits === undefined || Number(digits) < least)
    throw new InvalidArgumentError(`It is not a whole number from ${least}, such as ${least + 1}.`)
  return Number(digits)
}

export const wholeNumber = numberFrom(0)
export const positiveNumber = numberFrom(1)

/** Whole GiB from `least`. An amount in another unit is refused with the GiB that it is. */
const gibibytesFrom = (least: 0 | 1) => (text: string) => {
  const converted = convertAmount(text, 'GiB')
  if (converted)
    throw new InvalidArgumentError(
      `It is a number of GiB without a unit; ${converted.words}, so write ${Math.max(least, converted.whole)}.`,
    )
  return numberFrom(least)(text)
}

export const gibibytes = gibibytesFrom(1)
export const gibibytesLeft = gibibytesFrom(0)

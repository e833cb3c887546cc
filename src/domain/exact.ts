/**
 * Decimal numbers as whole numbers of a small unit, so that money adds up exactly: 0.1 and 0.2 are 0.3. Pure.
 *
 * Rates are kept in billionths (nanos), as a price of 0.000001 for a GiB-hour is no rarity; amounts are kept in
 * millionths (micros). Only numbers that people wrote in decimal come in, and only decimals go out.
 */

/** How a number between two whole ones becomes whole. */
export type Rounding = 'half-up' | 'down' | 'up'

export const MICRO_DIGITS = 6
export const NANO_DIGITS = 9

/** A number as people wrote it, in whole units of `10 ** -digits`. What is finer than that is rounded. */
export function toUnits(value: number, digits: number, rounding: Rounding = 'half-up'): bigint {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number that can be counted with`)
  // The shortest decimal that reads back as this number is what was written, for all that a person writes.
  const [mantissa = '0', exponent = '0'] = String(Math.abs(value)).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const shift = digits + Number(exponent) - fraction.length
  const written = BigInt(whole + fraction) * (value < 0 ? -1n : 1n)
  return shift >= 0 ? written * 10n ** BigInt(shift) : divide(written, 10n ** BigInt(-shift), rounding)
}

/** Whole units of `10 ** -digits` as a number. Up to fifteen digits in all it prints as exactly that decimal. */
export function fromUnits(units: bigint, digits: number): number {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  return Number(`${units < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`)
}

/** The quotient of two whole numbers as a whole number; the divisor is above zero. */
export function divide(dividend: bigint, divisor: bigint, rounding: Rounding = 'half-up'): bigint {
  const floor = dividend / divisor - (dividend % divisor < 0n ? 1n : 0n)
  const rest = dividend - floor * divisor
  if (rest === 0n || rounding === 'down') return floor
  return rounding === 'up' || rest * 2n >= divisor ? floor + 1n : floor
}

/** From the configuration of a pool to its price list, whose numbers are whole. */
import type { PoolConfig } from './config-schema.ts'
import { MICRO_DIGITS, NANO_DIGITS, toUnits } from './domain/exact.ts'
import { RATED, type PriceList, type Rates } from './domain/price-list.ts'

/** The price list of a pool; undefined when nothing is configured. */
export function priceListOf({ prices, energy, carbon, carbonByHour, metrics }: PoolConfig): PriceList | undefined {
  const grams = carbonByHour ?? (carbon === undefined ? undefined : [carbon])
  if (!prices && !energy && !grams && !metrics) return undefined
  return {
    ...(prices ? { money: { currency: prices.currency, rates: ratesOf(prices) } } : {}),
    ...(energy ? { energy: ratesOf(energy) } : {}),
    ...(grams ? { carbon: grams.map(micro) } : {}),
    ...(metrics
      ? {
          metrics: metrics.map(({ min, max = min, perCore = false, ...rest }) => ({
            ...rest,
            min: micro(min),
            max: micro(max),
            perCore,
          })),
        }
      : {}),
  }
}

function ratesOf(configured: Readonly<Partial<Record<(typeof RATED)[number], number>>>): Rates {
  return Object.fromEntries(RATED.flatMap((rated) => (configured[rated] ? [[rated, nano(configured[rated])]] : [])))
}

const micro = (value: number) => Number(toUnits(value, MICRO_DIGITS))
const nano = (value: number) => Number(toUnits(value, NANO_DIGITS))

/** Numbers, times and tables as people read them. */
import { visible } from './visible.ts'

const BAR_WIDTH = 30

/** How far something has come: a bar with the numbers, or only the number when there is no whole. */
export function bar(done: number, total: number | undefined): string {
  if (!total) return bytesInWords(done)
  const filled = Math.min(BAR_WIDTH, Math.round((BAR_WIDTH * done) / total))
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${bytesInWords(done)} of ${bytesInWords(total)}`
}

/** A number of bytes as people say it: `3.2 MB`. */
export function bytesInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** power
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`
}

/** An instant of an answer as the clock on the wall has it, to the second, with its offset: `2026-11-23T13:00:00+01:00`. */
export function localTime(instant: string): string {
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return instant
  const ahead = -at.getTimezoneOffset()
  const text = new Date(Math.floor(at.getTime() / 1000) * 1000 + ahead * 60_000).toISOString().slice(0, 19)
  if (ahead === 0) return `${text}Z`
  const twoDigits = (amount: number) => String(Math.trunc(amount)).padStart(2, '0')
  return `${text}${ahead < 0 ? '-' : '+'}${twoDigits(Math.abs(ahead) / 60)}:${twoDigits(Math.abs(ahead) % 60)}`
}

/** A duration of an answer in words, `2 h 30 min`; one that has other parts than these as it is. */
export function durationInWords(duration: string): string {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration)
  if (!parts) return duration
  const words = ['d', 'h', 'min', 's'].flatMap((unit, index) => {
    const amount = parts[index + 1]
    return amount === undefined ? [] : [`${amount} ${unit}`]
  })
  return words.length === 0 ? duration : words.join(' ')
}

/** Seconds as a duration that can be typed: `11m58s`. */
export function secondsInWords(seconds: number): string {
  const parts = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60]
  return parts.map((amount, index) => (amount === 0 ? '' : `${amount}${'hms'[index]}`)).join('') || '0s'
}

/** The seconds in a duration as people type it (`1h30m`, `90s`) or in ISO 8601 (`PT1H30M`); undefined for anything else. */
export function secondsIn(text: string): number | undefined {
  const parts = /^(?:P(?=.))?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text.trim().toUpperCase())
  const amounts = parts?.slice(1).map((amount) => Number(amount ?? 0)) ?? []
  const seconds = [86_400, 3_600, 60, 1].reduce((sum, unit, index) => sum + unit * (amounts[index] ?? 0), 0)
  return seconds > 0 ? seconds : undefined
}

/** Rows under their headings, in columns. A column in which nothing stands is left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = headings.map((_, column) => column).filter((column) => rows.some((row) => row[column]))
  // As they will be shown, so that the columns stand one below the other.
  const all = [headings, ...rows.map((row) => row.map(visible))]
  const width = (column: number) => Math.max(...all.map((row) => row[column]?.length ?? 0))
  return all.map((row) =>
    columns
      .map((column) => (row[column] ?? '').padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  )
}

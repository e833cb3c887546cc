/** Writes docs/dates.md. Every example is read by the parser itself: a form that it does not accept stops the generator. */
import { DateError, formatInstant, parseDuration, parseStartWindow } from '../src/domain/dates.ts'

type Example = readonly [text: string, form: string]

const STARTS: readonly Example[] = [
  ['2026-11-23T12:00:00Z', 'an instant: an absolute start'],
  ['2026-11-23T12:00Z', 'minutes without seconds'],
  ['2026-11-23T12Z', 'hours alone'],
  ['2026-11-23T12:00:00.250Z', 'a fraction of a second, to the millisecond; a comma will do'],
  ['2026-11-23T13:00:00+01:00', 'the offset of another time zone; `+0100` and `+01` will do'],
  ['2026-11-23T13:00 Europe/Berlin', 'a time zone by its name, with a WARN that says the offset'],
  ['2026-11-23T13:00+01:00[Europe/Berlin]', 'or in brackets, as RFC 9557 has it'],
  ['2026-11-23 12:00Z', 'a space in the place of the T'],
  ['20261123T120000Z', 'the basic form'],
  ['2026-11-23', 'a date: the midnight in UTC that begins it'],
  ['2026-11-23T24:00Z', 'the midnight that ends a day'],
  ['2026-12-31T23:59:60Z', 'a leap second: the second before it, with a WARN'],
  ['2026-11-23T12:00Z/2026-11-24T12:00Z', 'an interval: start and end'],
  ['2026-11-23T12:00Z/PT2H', 'start and duration'],
  ['PT2H/2026-11-23T14:00Z', 'duration and end'],
  ['2026-11-23T12:00Z/T14:00Z', 'an end that leaves out the date of the start'],
  ['2026-11-23T12:00Z/14:00', 'or its zone too'],
  ['2026-11-23T12:00+01:00/24T12:00', 'or its year and month'],
  ['2026-11-23/P1D', 'a date and a duration'],
  ['2026-11-23/2026-11-25', 'two dates'],
  ['2026-11-23/25', 'two dates, the second without what it shares with the first'],
]
const DURATIONS: readonly Example[] = [
  ['PT2H', 'hours'],
  ['PT90M', 'minutes'],
  ['PT30S', 'seconds'],
  ['PT0.5S', 'a fraction in the last part; a comma will do'],
  ['PT1H30M', 'several parts'],
  ['P1D', 'days, of 24 hours'],
  ['P2W', 'weeks'],
  ['P1W2D', 'weeks and days'],
  ['P1.5D', 'a fraction of a day or week'],
  ['P1M', 'months, by the calendar from the start on'],
  ['P1Y', 'years, by the calendar from the start on'],
  ['P1DT12H', 'days and hours'],
  ['P1H', 'without its T: as `PT1H`, with a WARN'],
]
const REFUSED: readonly string[] = [
  '2026-11-23T12:00:00',
  '2026-11-23T12:00 Europe/Nowhere',
  '2026-02-30',
  '2026-W48-1',
  '2026-327',
  '2026-11',
  '+012026-11-23T12:00Z',
  'R5/2026-11-23T12:00Z/P1D',
  '2026-11-23T12:00Z/2026-11-22T12:00Z',
  '2026-11-23T12:00Z/PT0S',
  '2026-11-23T12:00Z/-PT1H',
  'PT1H/PT2H',
]
const REFUSED_DURATIONS: readonly string[] = ['PT0S', '-PT5M', 'P1.5M', 'P', '2h', 'P999999Y']

/** The durations of the page are counted from here. */
const BEGIN = Date.parse('2026-11-23T12:00:00Z')

/** The page as Markdown. */
export function writeDates(): string {
  return [
    '<!-- Generated from scripts/dates-page.ts by `npm run generate`. Do not edit. -->',
    '# Dates',
    '',
    'Instants, durations and intervals are written as in ISO 8601 and read exactly to the millisecond. Instants need a time',
    'zone; a date alone begins at midnight in UTC. Years have four digits, from 0001 to 9999. Letters may be small. What',
    'is refused is named with its field and the reason; what is read differently than it is written is said in a message',
    'of level WARN (`date-read-as`). A window that is wholly in the past is refused too (`window-past`).',
    '',
    'The broker itself writes instants as `2026-11-23T12:00:00Z`, durations as `PT2H`, and when something will be available',
    'as `<instant>/<duration>`.',
    '',
    '## schedule.requested.start',
    '',
    'One value, or a list of them; every offer starts inside one.',
    '',
    '| Written | Meaning | From | To |',
    '|---|---|---|---|',
    ...STARTS.map(([text, form]) => {
      const { fromAt, toAt } = parseStartWindow(text).value
      return `| \`${text}\` | ${form} | ${formatInstant(fromAt)} | ${fromAt === toAt ? '' : formatInstant(toAt)} |`
    }),
    '',
    '| Refused | Because |',
    '|---|---|',
    ...REFUSED.map((text) => `| \`${text}\` | ${reason(() => parseStartWindow(text))} |`),
    '',
    '## schedule.requested.duration',
    '',
    `Days, months and years go by the calendar from the first start on; the examples begin at ${formatInstant(BEGIN)}.`,
    '',
    '| Written | Meaning | Until |',
    '|---|---|---|',
    ...DURATIONS.map(
      ([text, form]) => `| \`${text}\` | ${form} | ${formatInstant(BEGIN + parseDuration(text, BEGIN).value)} |`,
    ),
    '',
    '| Refused | Because |',
    '|---|---|',
    ...REFUSED_DURATIONS.map((text) => `| \`${text}\` | ${reason(() => parseDuration(text, BEGIN))} |`),
    '',
  ].join('\n')
}

function reason(parse: () => unknown): string {
  try {
    parse()
  } catch (error) {
    if (error instanceof DateError) return error.detail.replaceAll("'", '`')
    throw error
  }
  throw new Error('an example that is refused according to the page was read')
}

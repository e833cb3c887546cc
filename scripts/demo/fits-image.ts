/** A small FITS image, made up: a field of stars that is the same each time (FITS Standard 4.0, sections 4.4 and 5.2). */

const BLOCK_BYTES = 2880
const CARD_BYTES = 80
const SIDE_PIXELS = 128
const STARS = 60

/** The bytes of the file. */
export function fitsImage(): Buffer {
  return Buffer.concat([header(), pixels()].map(toWholeBlocks))
}

function header(): Buffer {
  const cards = [
    card('SIMPLE', 'T'),
    card('BITPIX', '16'),
    card('NAXIS', '2'),
    card('NAXIS1', String(SIDE_PIXELS)),
    card('NAXIS2', String(SIDE_PIXELS)),
    `OBJECT  = ${"'Made-up stars'".padEnd(20)}`.padEnd(CARD_BYTES),
    'END'.padEnd(CARD_BYTES),
  ]
  const text = cards.join('')
  return Buffer.from(text.padEnd(Math.ceil(text.length / BLOCK_BYTES) * BLOCK_BYTES), 'ascii')
}

/** A keyword with a value in the fixed format: the value ends in column 30. */
const card = (keyword: string, value: string) => `${keyword.padEnd(8)}= ${value.padStart(20)}`.padEnd(CARD_BYTES)

function pixels(): Buffer {
  const next = madeUpNumbers()
  const stars = Array.from({ length: STARS }, () => ({
    x: next() * SIDE_PIXELS,
    y: next() * SIDE_PIXELS,
    peak: 200 + 8_000 * next() ** 3,
  }))
  const image = Buffer.alloc(SIDE_PIXELS * SIDE_PIXELS * 2)
  for (let y = 0; y < SIDE_PIXELS; y++) {
    for (let x = 0; x < SIDE_PIXELS; x++) {
      const light = stars.reduce(
        (sum, star) => sum + star.peak * Math.exp(-((x - star.x) ** 2 + (y - star.y) ** 2) / 3),
        100,
      )
      image.writeInt16BE(Math.min(32_767, Math.round(light + 10 * next())), 2 * (y * SIDE_PIXELS + x))
    }
  }
  return image
}

/** Numbers from 0 to 1 that look random and are the same each time. */
function madeUpNumbers(): () => number {
  let state = 42
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

function toWholeBlocks(part: Buffer): Buffer {
  return Buffer.concat([part, Buffer.alloc((BLOCK_BYTES - (part.length % BLOCK_BYTES)) % BLOCK_BYTES)])
}

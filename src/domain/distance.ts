/** The edit distance of two words: letters put in, left out or changed; neighbours that changed places are one. */
export function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const changed = (last[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1)
      const swapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
          ? (beforeLast[column - 2] as number) + 1
          : Infinity
      current.push(Math.min(changed, swapped, (last[column] as number) + 1, (current[column - 1] as number) + 1))
    }
    beforeLast = last
    last = current
  }
  return last[other.length] as number
}

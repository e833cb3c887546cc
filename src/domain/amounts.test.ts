import { describe, expect, it } from 'vitest'
import { convertAmount, countedInAt, type CountedIn } from './amounts.ts'

describe('an amount with a unit', () => {
  it.each<[string, CountedIn, number, string]>([
    ['512MB', 'GiB', 1, '512MB is less than 1 GiB'],
    ['4096MiB', 'GiB', 4, '4096MiB is 4 GiB'],
    ['4 GiB', 'GiB', 4, '4 GiB is 4 GiB'],
    ['4G', 'GiB', 4, '4G is 4 GiB'],
    ['4Gi', 'GiB', 4, '4Gi is 4 GiB'],
    ['4GB', 'GiB', 4, '4GB is 3.73 GiB'],
    ['64GB', 'GiB', 60, '64GB is 59.6 GiB'],
    ['1.5gib', 'GiB', 2, '1.5gib is 1.5 GiB'],
    ['2TiB', 'GiB', 2048, '2TiB is 2048 GiB'],
    ['1073741825 bytes', 'GiB', 2, '1073741825 bytes is 1 GiB'],
    ['500m', 'cores', 1, '500m is less than 1 core'],
    ['2500m', 'cores', 3, '2500m is 2.5 cores'],
    ['2 cores', 'cores', 2, '2 cores is 2 cores'],
    ['30min', 's', 1800, '30min is 1800 s'],
    ['1.5 h', 's', 5400, '1.5 h is 5400 s'],
  ])('%j in %s is %d', (text, countedIn, whole, words) => {
    expect(convertAmount(text, countedIn)).toEqual({ whole, words })
  })
  it.each<[string, CountedIn]>([
    ['4', 'GiB'],
    ['4 i', 'GiB'],
    ['4 cores', 'GiB'],
    ['4GB', 'cores'],
    ['-4GB', 'GiB'],
    ['4GB of memory', 'GiB'],
    ['4constructor', 'cores'],
    ['', 's'],
  ])('%j in %s is none', (text, countedIn) => expect(convertAmount(text, countedIn)).toBeUndefined())
})

it('is in the unit of the field where it stands', () => {
  expect(
    ['/compute/memory/min', '/storage/0/size', 'platforms.0.pools.0.memory', 'capacity.storage', '/compute/cores'].map(
      countedInAt,
    ),
  ).toEqual(['GiB', 'GiB', 'GiB', 'GiB', 'cores'])
  expect(['/meta/name', '/data/0/storage/name', 'min', ''].map(countedInAt)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

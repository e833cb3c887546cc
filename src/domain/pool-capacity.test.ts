import { describe, expect, it } from 'vitest'
import { capacityOver, withheld, type Maintenance } from './pool-capacity.ts'

const NOTHING = { cores: 0, memory: 0, storage: 0, accelerators: 0 }
const configured = [
  { resource: 'cores', fromAt: 0, amount: 8 },
  { resource: 'cores', fromAt: 50, amount: 4 },
  { resource: 'memory', fromAt: 0, amount: 16 },
] as const
const window = (fromAt: number, toAt: number, most: Maintenance['most'] = NOTHING): Maintenance => ({
  id: `${fromAt}`,
  fromAt,
  toAt,
  most,
  reason: 'Why.',
})
const coresOver = (maintenance: readonly Maintenance[]) =>
  capacityOver({ configured, maintenance })
    .filter(({ resource }) => resource === 'cores')
    .map(({ fromAt, amount }) => [fromAt, amount])

describe('the capacity of a pool over time', () => {
  it('is what is configured where nothing is maintained', () => {
    expect(coresOver([])).toEqual([
      [0, 8],
      [50, 4],
    ])
  })
  it('is what a window leaves, and what is configured again afterwards', () => {
    expect(coresOver([window(10, 20)])).toEqual([
      [0, 8],
      [10, 0],
      [20, 8],
      [50, 4],
    ])
  })
  it('goes on below a window that changes of the configuration fall into', () => {
    expect(coresOver([window(40, 60, { cores: 6 })])).toEqual([
      [0, 8],
      [40, 6],
      [50, 4],
      [60, 4],
    ])
  })
  it('is the least of windows that overlap', () => {
    expect(coresOver([window(10, 30, { cores: 5 }), window(20, 40, { cores: 2 })])).toEqual([
      [0, 8],
      [10, 5],
      [20, 2],
      [30, 2],
      [40, 8],
      [50, 4],
    ])
  })
  it('leaves resources alone that a window does not name', () => {
    const memory = capacityOver({ configured, maintenance: [window(10, 20, { cores: 0 })] })
    expect(memory.filter(({ resource }) => resource === 'memory')).toEqual([configured[2]])
  })
})

describe('what maintenance withholds', () => {
  it('is the difference to what is configured, piece by piece', () => {
    expect(withheld({ configured, maintenance: [window(40, 60, { cores: 3 })] })).toEqual([
      { resource: 'cores', amount: 5, fromAt: 40, toAt: 50 },
      { resource: 'cores', amount: 1, fromAt: 50, toAt: 60 },
    ])
  })
  it('is nothing where the window leaves more than there is', () => {
    expect(withheld({ configured, maintenance: [window(10, 20, { cores: 100 })] })).toEqual([])
  })
})

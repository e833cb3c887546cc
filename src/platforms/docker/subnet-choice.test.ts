import { describe, expect, it } from 'vitest'
import { SubnetChoice } from './subnet-choice.ts'

describe('the subnets of a range', () => {
  it('are proposed one after the other, from a place by chance, and again from the beginning', () => {
    const choice = new SubnetChoice('10.213.0.0/26', () => 0.75)
    const proposed = Array.from({ length: 5 }, () => choice.next())
    expect(proposed).toEqual(['10.213.0.48/28', '10.213.0.0/28', '10.213.0.16/28', '10.213.0.32/28', '10.213.0.48/28'])
  })
  it('lie in the range, also at its end and where the address in it is not its first', () => {
    expect(new SubnetChoice('192.168.7.9/16', () => 0.99999).next()).toBe('192.168.255.240/28')
    expect(new SubnetChoice('255.255.255.0/24', () => 0).next()).toBe('255.255.255.0/28')
  })
  it('are left to the engine without a range', () => {
    expect(new SubnetChoice(undefined).next()).toBeUndefined()
  })
})

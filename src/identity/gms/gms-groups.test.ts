import { Agent } from 'undici'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { startGroupService, type GroupService } from '../../../test/support/group-service.ts'
import { GmsGroups, type GmsOptions } from './gms-groups.ts'

const MINUTE = 60_000
const agent = new Agent()
afterAll(() => agent.close())

describe('a group membership service', () => {
  let service: GroupService
  let clock: FakeClock
  beforeEach(async () => {
    service = await startGroupService()
    service.members.set('ada', ['radio', 'ivo://example.org/gms?survey'])
    clock = new FakeClock(Date.parse('2026-11-24T12:00:00Z'))
  })
  afterEach(() => service.close())

  const groupsOf = (options: Partial<GmsOptions> = {}) =>
    new GmsGroups({
      url: service.url,
      groups: undefined,
      answerWithinMs: 60_000,
      cacheMs: 5 * MINUTE,
      whenAwayMs: 0,
      tokenFor: async (token) => token,
      clock,
      dispatcher: agent,
      ...options,
    })

  it('is asked with the token of the caller for the groups that matter', async () => {
    expect(await groupsOf().of('ada')).toEqual(['radio', 'ivo://example.org/gms?survey'])
    const some = groupsOf({ groups: ['ivo://example.org/gms?survey', 'optical'] })
    expect(await some.of('ada')).toEqual(['ivo://example.org/gms?survey'])
    expect(service.asked).toEqual([
      '/gms/search',
      '/gms/search?group=ivo%3A%2F%2Fexample.org%2Fgms%3Fsurvey&group=optical',
    ])
  })
  it('knows somebody who is in no group, and does not know everybody', async () => {
    service.members.set('grace', [])
    expect(await groupsOf().of('grace')).toEqual([])
    expect(await groupsOf().of('a stranger')).toEqual([])
  })
  it.each([
    [{}, 5],
    [{ 'cache-control': 'private, max-age=60' }, 1],
    [{ 'cache-control': 'max-age=86400' }, 5],
    [{ expires: 'Tue, 24 Nov 2026 12:02:00 GMT' }, 2],
    [{ 'cache-control': 'no-store' }, 0],
  ])('is asked again when its answer is old: %j, after %i minutes', async (headers, minutes) => {
    service.headers = headers
    const groups = groupsOf()
    await groups.of('ada')
    if (minutes > 0) {
      clock.advance(minutes * MINUTE - 1)
      await groups.of('ada')
      expect(service.asked).toHaveLength(1)
      clock.advance(1)
    }
    service.members.set('ada', [])
    expect(await groups.of('ada')).toEqual([])
    expect(service.asked).toHaveLength(2)
  })
  it('is asked once for what several want to know', async () => {
    const groups = groupsOf()
    const all = await Promise.all(Array.from({ length: 5 }, () => groups.of('ada')))
    expect(new Set(all.map(String)).size).toBe(1)
    expect(service.asked).toHaveLength(1)
  })
  it.each(['broken', 'nonsense', 'huge', 'refuses', 'elsewhere'] as const)(
    'that is %s tells nothing',
    async (fault) => {
      service.fault = fault
      await expect(groupsOf().of('ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    },
  )
  it('that does not answer is not waited for', async () => {
    service.fault = 'silent'
    await expect(groupsOf({ answerWithinMs: 50 }).of('ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('that is away is taken at its last word for a while', async () => {
    const groups = groupsOf({ whenAwayMs: 60 * MINUTE })
    await groups.of('ada')
    service.fault = 'broken'
    clock.advance(59 * MINUTE)
    expect(await groups.of('ada')).toContain('radio')
    await expect(groups.of('grace')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    clock.advance(MINUTE)
    await expect(groups.of('ada')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    service.fault = 'none'
    expect(await groups.of('ada')).toContain('radio')
  })
})

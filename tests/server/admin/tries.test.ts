import { beforeEach, describe, expect, it } from 'vitest'
import { createLogInAttempts, type LogInAttempt } from '../../../src/server/admin/auth/log-in-attempts.ts'
import { testRedis } from '../../support/redis.ts'

const { redis, keys } = testRedis()
const MINUTE = 60_000
let clock = Date.UTC(2026, 4, 4, 12)
const tries = createLogInAttempts({ redis, keys, now: () => clock })
const names = [keys.admin('tries'), keys.admin('tries:ends')] as const

beforeEach(async () => {
  await redis.del(...names)
})

const aTry = (some: Partial<LogInAttempt> = {}): LogInAttempt => ({
  user: 'admin',
  isUser: true,
  network: '10.0.0.1',
  device: null,
  isKnownNetwork: false,
  ...some,
})

/** Tries as soon as it may, so many times. @returns how long each had to wait, ms */
const tryHard = async (count: number, some: Partial<LogInAttempt> = {}): Promise<number[]> => {
  const waited: number[] = []
  for (let at = 0; at < count; at += 1) {
    const wait = await tries.take(aTry(some))
    waited.push(wait)
    clock += wait
    if (wait > 0) expect(await tries.take(aTry(some))).toBe(0)
  }
  return waited
}

describe('tries at a password', () => {
  it('attempts to log in from one address wait longer and longer, and are forgotten an hour after the last', async () => {
    expect(await tryHard(18)).toEqual([
      ...[0, 0, 0, 0, 0],
      ...[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900].map(seconds => seconds * 1_000),
    ])
    clock += 60 * MINUTE
    expect(await tries.take(aTry())).toBe(0)
  })

  it('hundreds of failed log-ins from one address do not lock the user out at other addresses', async () => {
    await tryHard(100)
    expect(await tries.take(aTry())).toBeGreaterThan(0)
    expect(await tries.take(aTry({ network: '10.0.0.2' }))).toBe(0)
  })

  it('attempts to log in that are sent all at once are all counted before they are answered', async () => {
    const waits = await Promise.all(Array.from({ length: 40 }, () => tries.take(aTry())))
    expect(waits.filter(wait => wait === 0)).toHaveLength(5)
  })

  it('attempts to log in from very many addresses are slowed together, except where the user has logged in before', async () => {
    for (let count = 0; count < 50; count += 1) expect(await tries.take(aTry({ network: `10.1.0.${count}` }))).toBe(0)
    expect(await tries.take(aTry({ network: '10.2.0.1' }))).toBe(1_000)
    expect(await tries.take(aTry({ network: '10.2.0.1', isKnownNetwork: true }))).toBe(0)
    expect(await tries.take(aTry({ network: '10.2.0.1', device: 'd'.repeat(43) }))).toBe(0)
    expect(await tries.take(aTry({ network: '10.2.0.1', user: 'vera' }))).toBe(0)
    let longest = 0
    for (let count = 0; count < 12; count += 1) {
      const wait = await tries.take(aTry({ network: `10.3.0.${count}` }))
      longest = Math.max(longest, wait)
      clock += wait
      expect(await tries.take(aTry({ network: `10.3.0.${count}` }))).toBe(0)
    }
    expect(longest).toBe(MINUTE)
  })

  it('attempts to log in as many users from one address are slowed, too', async () => {
    for (let count = 0; count < 10; count += 1) expect(await tries.take(aTry({ user: `user${count}` }))).toBe(0)
    expect(await tries.take(aTry({ user: 'another' }))).toBe(1_000)
    expect(await tries.take(aTry({ user: 'another', network: '10.0.0.2' }))).toBe(0)
  })

  it('attempts to log in as an unknown user wait as long as those as a known one', async () => {
    const ghost = { user: 'ghost', isUser: false }
    const waits = async (some: Partial<LogInAttempt>) => {
      const waited: number[] = []
      for (let count = 0; count < 52; count += 1)
        waited.push(await tries.take(aTry({ ...some, network: `10.${some.isUser ? 4 : 5}.0.${count}` })))
      return waited
    }
    expect(await waits(ghost)).toEqual(await waits({ isUser: true }))
  })

  it('a successful log-in clears its own failed attempts, and nobody else’s', async () => {
    for (let count = 0; count < 9; count += 1) await tries.take(aTry({ user: `user${count}` }))
    for (let count = 0; count < 5; count += 1) {
      expect(await tries.take(aTry({ user: 'vera' }))).toBe(0)
      await tries.takeBack(aTry({ user: 'vera' }))
    }
    expect(await tries.take(aTry({ user: 'eve' }))).toBe(0)
    expect(await tries.take(aTry({ user: 'vera' }))).toBe(1_000)
  })

  it('attempts to log in from any number of addresses and users take bounded space in Redis, and free it later', async () => {
    for (let count = 0; count < 4_000; count += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, at) =>
          tries.take(aTry({ user: `ghost${count + at}`, isUser: false, network: `n${count + at}` })),
        ),
      )
    const [kept, ends] = await Promise.all([redis.hlen(names[0]), redis.zcard(names[1])])
    expect(kept).toBe(ends)
    expect(kept).toBeLessThanOrEqual(10_000)
    expect(kept).toBeGreaterThan(8_000)
    for (let count = 0; count < 2_000; count += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, at) => tries.take(aTry({ network: `m${count + at}`, isKnownNetwork: true }))),
      )
    expect(await redis.hlen(names[0])).toBe(10_000)
    expect(await redis.zcard(names[1])).toBe(10_000)
    for (const name of names) expect(await redis.pttl(name)).toBeGreaterThan(0)
    expect((await redis.keys(`*${keys.admin('tries')}*`)).length).toBe(2)
  })

  it('attempts to log in that were counted while a clock was a day ahead do not wait for that day', async () => {
    clock += 24 * 60 * MINUTE
    await tryHard(8)
    clock -= 24 * 60 * MINUTE
    expect(await tries.take(aTry())).toBe(0)
  })
})

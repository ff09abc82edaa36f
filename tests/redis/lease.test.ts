import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { acquireLease, withLease } from '../../src/redis/lease.ts'
import { testRedis } from '../support/redis.ts'
import { takeOverAfterCommand } from '../support/takeover.ts'
import { until } from '../support/until.ts'

const { redis, keys, connect } = testRedis()
const aKey = () => keys.tick(randomUUID())
const LONG = 60_000

describe('a lease', () => {
  it('a lease has one holder at a time, and is free again once it is released', async () => {
    const key = aKey()
    const leases = await Promise.all([1, 2, 3].map(() => acquireLease({ redis, key, ms: LONG })))
    const held = leases.flatMap(lease => lease ?? [])
    expect(held).toHaveLength(1)
    expect(held[0]?.isExpired()).toBe(false)
    expect(await held[0]?.release()).toBe(true)
    expect(held[0]?.isExpired()).toBe(true)
    expect(await acquireLease({ redis, key, ms: LONG })).not.toBeNull()
  })

  it('a lease expires by itself if its holder died', async () => {
    const key = aKey()
    await acquireLease({ redis, key, ms: 100 })
    const next = await until(() => acquireLease({ redis, key, ms: LONG }))
    expect(next?.isExpired()).toBe(false)
  })

  it('a lease is neither extended nor released by a stalled holder after another acquired it', async () => {
    const key = aKey()
    const stalled = await acquireLease({ redis, key, ms: 50 })
    const other = await until(() => acquireLease({ redis, key, ms: LONG }))
    expect(stalled?.isExpired()).toBe(true)
    expect(await stalled?.extend()).toBe(false)
    expect(await stalled?.release()).toBe(false)
    expect(await stalled?.release({ value: 'done', ms: LONG })).toBe(false)
    expect(await redis.get(key)).toBe(other?.token)
    expect(await redis.pttl(key)).toBeGreaterThan(LONG / 2)
  })

  it('a lease that expired is not revived by its holder, even if nobody has acquired it since', async () => {
    const key = aKey()
    const stalled = await acquireLease({ redis, key, ms: 50 })
    await until(async () => (await redis.exists(key)) === 0)
    expect(await stalled?.extend()).toBe(false)
    expect(await redis.exists(key)).toBe(0)
  })

  it("a lease knows by its holder's clock that it expired, without asking Redis", async () => {
    const lease = await acquireLease({ redis, key: aKey(), ms: 80 })
    await until(() => lease?.isExpired() ?? false)
    const extended = await acquireLease({ redis, key: aKey(), ms: LONG })
    expect(await extended?.extend()).toBe(true)
    expect(extended?.isExpired()).toBe(false)
  })

  it('a lease can leave a mark that the work is done, even if it expired and nobody took over', async () => {
    const key = aKey()
    const mark = { value: 'done', ms: LONG }
    const stalled = await acquireLease({ redis, key, ms: 50 })
    await until(async () => (await redis.exists(key)) === 0)
    expect(await stalled?.release(mark)).toBe(false)
    expect(await redis.get(key)).toBe('done')
    expect(await acquireLease({ redis, key, ms: LONG })).toBeNull()
  })

  it('a lease is extended while its holder works, and released when the work fails', async () => {
    const key = aKey()
    let end = (): void => undefined
    const wanted = { redis, key, ms: 3_000 }
    const work = withLease(wanted, async () => {
      await new Promise<void>(resolve => {
        end = resolve
      })
      throw new Error('the work failed')
    })
    const failed = expect(work).rejects.toThrow('the work failed')
    const left = () => redis.pttl(key)
    await until(left, ms => ms > 0 && ms < 2_300)
    await until(left, ms => ms > 2_500)
    expect(await withLease(wanted, async () => 'twice')).toBeNull()
    end()
    await failed
    expect(await redis.exists(key)).toBe(0)
  })

  it('a lease that another acquires at the moment of its release stays with that other', async () => {
    const key = aKey()
    const mine = connect()
    await withLease({ redis: mine, key, ms: LONG }, async () => takeOverAfterCommand(mine, redis, key))
    expect(await redis.get(key)).toBe('another')
    mine.disconnect()
  })
})

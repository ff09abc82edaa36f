import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runSlot } from '../../jobs/tick-slot.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const parts = { redis, keys, daemonId: 'one', signal: new AbortController().signal }
const aSlot = (isAwaited = true) => ({ id: `sample:${randomUUID()}`, keptFor: 60_000, isAwaited })

describe('a tick shared by replicas', () => {
  it('a tick that another replica took over from a stalled one stays with it when the stalled one ends', async () => {
    const slot = aSlot()
    const key = keys.tick(slot.id)
    const stalls = async () => {
      // The lease expired, and another replica is in the middle of the same tick.
      await redis.set(key, 'two', 'PX', 6_000)
    }
    expect(await runSlot(slot, stalls, parts)).toBe(true)
    expect(await redis.get(key)).toBe('two')
    expect(await redis.pttl(key)).toBeLessThanOrEqual(6_000)
  })

  it('a tick is run once by replicas that wake at the same moment, and not again once it is done', async () => {
    const slot = aSlot(false)
    let runs = 0
    const run = async () => {
      runs += 1
    }
    const first = await Promise.all(['one', 'two', 'three'].map(daemonId => runSlot(slot, run, { ...parts, daemonId })))
    const later = await runSlot({ ...slot, isAwaited: true }, run, { ...parts, daemonId: 'four' })
    expect([...first, later].filter(Boolean)).toHaveLength(1)
    expect(runs).toBe(1)
  })

  it('a tick that failed is not run again by another replica, and its error is reported', async () => {
    const slot = aSlot()
    const fails = () => Promise.reject(new Error('no such tick'))
    await expect(runSlot(slot, fails, parts)).rejects.toThrow('no such tick')
    expect(await runSlot(slot, async () => undefined, { ...parts, daemonId: 'two' })).toBe(false)
  })
})

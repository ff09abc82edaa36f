import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClock } from '../../src/redis/clock.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { startFaultyRedis } from '../support/faults/redis.ts'
import { startWire } from '../support/faults/wire.ts'
import { aFolder } from '../support/folder.ts'
import { testRedis } from '../support/redis.ts'

const DAY = 86_400_000
afterEach(() => void vi.restoreAllMocks())

describe('the shared clock of all daemons', () => {
  const { redis } = testRedis()
  const serverTime = async (): Promise<number> => {
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    return seconds * 1_000 + micros / 1_000
  }

  it("the shared clock of all daemons is that of Redis, even if a machine's clock is wrong at the start or changes while running", async () => {
    const real = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => real() - DAY)
    const clock = createClock(redis)
    await clock.set()
    expect(Math.abs(clock.now() - (await serverTime()))).toBeLessThan(1_000)
    vi.spyOn(Date, 'now').mockImplementation(() => real() + DAY)
    expect(Math.abs(clock.now() - (await serverTime()))).toBeLessThan(1_000)
  })

  it('the shared clock of all daemons ignores an answer that took long if it has a better one', async () => {
    let ms = 1_000
    const answers = [
      ['5000', '0'],
      ['9000', '0'],
      ['6000', '0'],
    ] as [string, string][]
    const waits = [2, 3_000, 4]
    const slow = {
      time: async () => {
        ms += waits.shift() ?? 0
        return answers.shift() ?? ['0', '0']
      },
    } as unknown as Pick<Redis, 'time'>
    const clock = createClock(slow, () => ms)
    await clock.set()
    expect(clock.now()).toBe(5_000_001)
    await clock.set()
    expect(clock.now()).toBe(5_003_001)
    await clock.set()
    expect(clock.now()).toBe(6_000_002)
  })
})

describe('a connection dropped by a router', () => {
  it('a connection that a router silently dropped is replaced by a new one, and pending commands are answered', {
    timeout: 60_000,
  }, async () => {
    const server = await startFaultyRedis(aFolder('wire'), 'everysec')
    const wire = await startWire(server.port)
    const redis = connectRedis({ url: `redis://127.0.0.1:${wire.port}` }, pino({ level: 'silent' }), 'test')
    await redis.set('a', 'b')
    wire.forget()
    expect(await redis.get('a')).toBe('b')
    redis.disconnect()
    await wire.close()
    await server.stop()
  })
})

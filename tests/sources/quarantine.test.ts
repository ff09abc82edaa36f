import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keysFor } from '../../src/redis/keys.ts'
import { createQuarantine } from '../../src/sources/quarantine/quarantine.ts'
import { refusedItem } from '../../src/sources/quarantine/refused-items.ts'
import { NOON, sourceId } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
let run = 0

const aQuarantine = () => {
  const clock = { now: NOON }
  const own = keysFor(`${keys.prefix}-${run++}`)
  return { quarantine: createQuarantine({ redis, keys: own, now: () => clock.now }), clock, keys: own }
}
const courier = sourceId('courier')
const unread = (body: string | Uint8Array, more = {}) => ({
  body: Buffer.from(body),
  reason: 'an HTML page in place of a feed',
  contentType: 'text/html',
  url: 'https://reader:secret@courier.example/rss',
  ...more,
})

describe('a body that could not be read', () => {
  it('a body that could not be read is stored as fetched, with reason, time, type and address, but without passwords', async () => {
    const { quarantine } = aQuarantine()
    await quarantine.keep(courier, unread('<html>Grüße</html>'))
    const [body] = await quarantine.bodies(courier)
    expect(body).toMatchObject({
      ...{ source: 'courier', reason: 'an HTML page in place of a feed', at: NOON, contentType: 'text/html' },
      ...{ url: 'https://courier.example/rss', bytes: 20, whole: true },
    })
    expect(Buffer.from((await quarantine.read(courier, body?.id ?? '')) ?? []).toString()).toBe('<html>Grüße</html>')
  })

  it('a body that could not be read is stored once however often it comes, and only the latest few of a source are kept', async () => {
    const { quarantine, clock, keys: own } = aQuarantine()
    for (const text of ['a', 'a', 'b', 'c', 'd', 'a']) {
      clock.now += 1_000
      await quarantine.keep(courier, unread(text))
    }
    const bodies = await quarantine.bodies(courier)
    const texts = await Promise.all(bodies.map(({ id }) => quarantine.read(courier, id)))
    expect(texts.map(String)).toEqual(['a', 'd', 'c'])
    expect(await redis.keys(`*${own.prefix}:source:courier}:quarantine:*`)).toHaveLength(3)
  })

  it('a body that could not be read is truncated if it does not compress to half a megabyte', async () => {
    const { quarantine } = aQuarantine()
    await quarantine.keep(courier, unread(randomBytes(1_000_000)))
    const [body] = await quarantine.bodies()
    expect(body).toMatchObject({ bytes: 1_000_000, whole: false })
    expect(await quarantine.read(courier, body?.id ?? '')).toHaveLength(256 * 1_024)
  })

  it('bodies that could not be read are deleted, oldest sources first, before they exceed 32 MB', {
    timeout: 60_000,
  }, async () => {
    const { quarantine, clock, keys: own } = aQuarantine()
    const incompressible = randomBytes(450_000)
    const at = clock.now
    await quarantine.refuse(sourceId('s0'), [{ at, reason: 'no-title', detail: '', title: null, link: null }])
    for (let n = 0; n < 80; n += 1) {
      clock.now += 1_000
      incompressible.writeUInt32BE(n)
      await quarantine.keep(sourceId(`s${n}`), unread(incompressible))
    }
    const bodies = await quarantine.bodies()
    const size = bodies.reduce((sum, { kept }) => sum + kept, 0)
    expect(size).toBeLessThanOrEqual(32 * 1_024 * 1_024)
    expect(size).toBeGreaterThan(31 * 1_024 * 1_024)
    expect(bodies[0]?.source).toBe('s79')
    expect(bodies.some(({ source }) => source === 's0')).toBe(false)
    expect(await quarantine.refused(sourceId('s0'))).toHaveLength(1)
    expect(await redis.hlen(own.quarantineSizes())).toBe(bodies.length)
    await Promise.all(bodies.map(({ source }) => quarantine.drop(source)))
  })

  it('a body that could not be read expires after a week', async () => {
    const { quarantine, clock, keys: own } = aQuarantine()
    await quarantine.keep(courier, unread('old'))
    const [body] = await quarantine.bodies()
    for (const key of [own.quarantine('courier'), own.quarantineBody('courier', body?.id ?? '')])
      expect(await redis.pttl(key)).toBeGreaterThan(6 * 86_400_000)
    clock.now += 8 * 86_400_000
    expect(await quarantine.bodies()).toEqual([])
    await quarantine.keep(sourceId('herald'), unread('new'))
    expect(await redis.zrange(own.quarantined(), 0, '-1')).toEqual(['herald'])
  })
})

describe('an item that could not become an article', () => {
  it('an item that could not become an article is kept once with the reason, the latest twenty of each source', async () => {
    const { quarantine } = aQuarantine()
    const items = Array.from({ length: 30 }, (_, n) =>
      refusedItem(
        { title: `Item ${n}`, link: null },
        { kind: 'refused', reason: 'no-link', detail: 'no link' },
        NOON + n,
      ),
    )
    await quarantine.refuse(courier, items.slice(0, 20))
    await quarantine.refuse(courier, items.slice(10))
    await quarantine.refuse(courier, items.slice(10))
    const kept = await quarantine.refused(courier)
    expect(kept.map(({ title }) => title)).toEqual(
      items
        .slice(10)
        .map(({ title }) => title)
        .reverse(),
    )
    expect(kept[0]).toMatchObject({ source: 'courier', reason: 'no-link' })
    expect(await quarantine.refused()).toEqual(kept)
    await quarantine.drop(courier)
    expect(await quarantine.refused()).toEqual([])
  })
})

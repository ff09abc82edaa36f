import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { createListWriter } from '../../src/lists/write.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { aCluster } from '../support/cluster.ts'
import { entriesFrom } from '../support/entries.ts'
import { until } from '../support/until.ts'

const cluster = (await aCluster())?.client
const keys = keysFor('newsdesk')

describe.skipIf(!cluster)('on a Redis Cluster of three nodes', () => {
  const redis = cluster as NonNullable<typeof cluster>
  const names = ['latest', 'latest:world', 'must-reads', 'most-read:now', 'most-read:week', 'trending']

  it('on a Redis Cluster of three nodes lists are written, announced and read together, whichever node holds them', async () => {
    // The worker's own connection is to one Redis; the commands it sends keep to one slot each.
    const writer = createListWriter(redis as unknown as Redis, keys)
    const write = (name: string, entries: string[]) =>
      writer.write([
        {
          ...{ name, entries: entriesFrom(entries), fallback: '', window: '', stale: false },
          ...{ asOf: '1-0', lives: 0, at: 0 },
        },
      ])
    const entry = (name: string, n: number) => JSON.stringify({ rank: n, id: `${name} ${n}` })
    for (const name of names)
      expect(
        await write(
          name,
          [1, 2, 3].map(n => entry(name, n)),
        ),
      ).toEqual(['changed'])
    expect(
      await write(
        'latest',
        [1, 2, 9].map(n => entry('latest', n)),
      ),
    ).toEqual(['changed'])

    const nodes = new Set(names.map(name => Math.floor(slotOf(keys.list(name)) / 5_461)))
    expect(nodes.size).toBeGreaterThan(1)
    const client = createClient(redis)
    const lists = await client.lists.many(names, { limit: 3 })
    for (const name of names)
      expect(lists[name]?.map(({ rank }) => rank)).toEqual(name === 'latest' ? [1, 2, 9] : [1, 2, 3])
    expect((await client.page(['latest'], { article: 'nobody' })).article).toBeNull()
    const { panels } = await client.page({ lists: names, limit: 2, skipSame: true })
    expect(panels.map(({ entries }) => entries.length)).toEqual(names.map(() => 2))
  })

  it('on a Redis Cluster of three nodes events are reported together, and updates are received', async () => {
    const client = createClient(redis)
    await client.events.report(Array.from({ length: 1_200 }, (_, n) => ({ kind: 'view' as const, article: `a${n}` })))
    expect(await redis.xlen(keys.events())).toBe(1_200)

    const ends = new AbortController()
    const heard: string[] = []
    const listening = (async () => {
      for await (const { list } of client.updates({ signal: ends.signal, after: '0-0' })) heard.push(list)
    })()
    await until(() => heard.length === names.length + 1)
    expect(heard).toEqual([...names, 'latest'])
    ends.abort()
    await listening
  })
})

/** CRC16 (XMODEM) of what stands in braces, or of all of it, as the cluster specification says. */
const slotOf = (key: string): number => {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key
  let crc = 0
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc % 16_384
}

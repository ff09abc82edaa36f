/** Reads keys and members in pages, so that no call blocks Redis for long; on a cluster the keys of every master. */

import type { Redis } from 'ioredis'
import { toPairs } from '../util/pairs.ts'
import { listMasters } from './nodes.ts'

const PAGE = 500

/** Keys that match a pattern, in pages. A key that exists throughout is returned at least once, maybe twice. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<readonly string[]> {
  for (const node of await listMasters(redis)) {
    let cursor = '0'
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE)
      if (found.length > 0) yield found
      cursor = next
    } while (cursor !== '0')
  }
}

/**
 * Fields of a hash with their values, in pages. A field that exists throughout is returned at least once, maybe twice.
 */
export async function* scanHash(redis: Redis, key: string): AsyncGenerator<[field: string, value: string][]> {
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE)
    yield toPairs(flat)
    cursor = next
  } while (cursor !== '0')
}

/** Members of a sorted set, lowest first, in pages; each member removed meanwhile may cause another to be skipped. */
export async function* readMembers(redis: Redis, key: string): AsyncGenerator<readonly string[]> {
  for (let from = 0; ; from += PAGE) {
    const found = await redis.zrange(key, from, String(from + PAGE - 1))
    if (found.length > 0) yield found
    if (found.length < PAGE) return
  }
}

/** Entries of a stream, oldest first, in pages. */
export async function* readStream(
  redis: Redis,
  key: string,
  after = '-',
): AsyncGenerator<readonly [id: string, fields: string[]][]> {
  for (let from = after; ; ) {
    const found = await redis.xrange(key, from, '+', 'COUNT', PAGE)
    const last = found.at(-1)
    if (!last) return
    yield found
    from = `(${last[0]}`
  }
}

/**
 * Recounts the events that the stream still holds, after a rule changed. It counts into separate keys while counting is
 * paused and the stream keeps new events, then replaces the old counts in one call: after a crash either the old counts
 * or the new ones are in place.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { EventSettings } from '../config/sections/events.ts'
import { EVENT_KINDS } from '../domain/counts.ts'
import { HOUR, ROLLING } from '../domain/window.ts'
import type { Keys } from '../redis/keys.ts'
import { type Lease, withLease } from '../redis/lease.ts'
import { scanKeys } from '../redis/scan.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { pack } from '../util/message-pack.ts'
import { chunk } from '../util/slices.ts'
import { parseAddedAt, type StreamEntry } from './batch.ts'
import { claim } from './claim-stale.ts'
import { createCounting, GROUP } from './counting.ts'
import type { KnownArticles } from './known-articles.ts'

const commitScript = loadScript(new URL('./commit-replay.lua', import.meta.url))

/** A replay is not possible; the message says what to do instead. Nothing was changed. */
export class ReplayError extends Error {
  readonly code = 'REPLAY_REFUSED'
}

export interface ReplayParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: KnownArticles
  readonly settings: () => EventSettings
  readonly now: () => number
  /** Called with the number of entries read and the most that the stream holds. */
  readonly onProgress: (read: number, most: number) => void
}

export interface ReplayWanted {
  /** Everything from the full hour before this moment on is recounted, ms. */
  readonly from: number
  /** Whether totals change too, by the difference between the new and the old counts. */
  readonly totals: boolean
}

export interface Replayed {
  /** The full hour it started at, ms. */
  readonly from: number
  readonly read: number
  readonly counted: number
  /** Pairs of article and kind whose totals changed. */
  readonly totals: number
}

/** How long counting stays paused after the replay died, ms. */
const PAUSE = 20_000
/**
 * How long counters may take to finish their current batches, ms. Batches of dead counters are claimed within that
 * time.
 */
const FINISH_TIMEOUT = 120_000
const POLL_EVERY = 100
/** Keys scanned or entries read per call. */
const AT_ONCE = 1_000

const LOST = `this replay stalled for over ${PAUSE / 1_000} s, and counting went on without it: start it again`

/** Once this replay has lost its lease, another may be writing the same keys. @throws ReplayError */
const assertHeld = (lease: Lease): void => {
  if (lease.isExpired()) throw new ReplayError(LOST)
}

const iso = (at: number): string => new Date(at).toISOString()

const aboutGroup = async (redis: Redis, stream: string): Promise<{ last: string; pending: number } | null> => {
  if ((await redis.exists(stream)) === 0) return null
  for (const flat of (await redis.xinfo('GROUPS', stream)) as unknown[][]) {
    const about = new Map(flat.map((name, index) => [name, flat[index + 1]]))
    if (about.get('name') === GROUP)
      return { last: String(about.get('last-delivered-id')), pending: Number(about.get('pending')) }
  }
  return null
}

/** The earliest full hour from which nothing was trimmed. */
const findReach = async (redis: Redis, stream: string): Promise<number> => {
  const flat = (await redis.xinfo('STREAM', stream)) as unknown[]
  const about = new Map(flat.map((name, index) => [name, flat[index + 1]]))
  const [first] = await redis.xrange(stream, '-', '+', 'COUNT', 1)
  if (about.get('entries-added') === about.get('length') || !first) return 0
  return Math.ceil(parseAddedAt(first[0]) / HOUR) * HOUR
}

export const createReplay = (parts: ReplayParts) => {
  const { redis, keys, settings, now, onProgress } = parts
  const stream = keys.events()
  const base = keys.eventState('')
  const again = keys.eventState('again:')
  const counting = createCounting(parts)

  const keysOfReplay = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const some of scanKeys(redis, `${again.replace(/[*?[\]\\]/g, '\\$&')}*`)) found.push(...some)
    return found
  }

  const clear = async (): Promise<void> => {
    const left = await keysOfReplay()
    for (const some of chunk(left, AT_ONCE)) await redis.unlink(...some)
  }

  /** Waits until no consumer has pending entries. @returns id up to which everything is counted */
  const waitUntilCounted = async (lease: Lease): Promise<string> => {
    const deadline = now() + FINISH_TIMEOUT
    for (;;) {
      assertHeld(lease)
      const group = await aboutGroup(redis, stream)
      if (!group) throw new ReplayError('nothing was counted yet: there is nothing to count anew')
      if (group.pending === 0) return group.last
      if (now() > deadline)
        throw new ReplayError(
          `${group.pending} events are in the hands of consumers that neither finish nor end: see XPENDING ${stream} ${GROUP}`,
        )
      const { claimAfter, batch } = settings()
      await claim({ redis, stream, consumer: `replay-${lease.token}`, after: claimAfter, batch }, entries =>
        counting.count(entries, { base, group: GROUP, now: now(), from: 0 }),
      )
      await delay(POLL_EVERY)
    }
  }

  /** Copies the buckets from before the recounted hours unchanged, and sums up windows from them. */
  const copyEarlier = async (from: number): Promise<void> => {
    for (const kind of EVENT_KINDS)
      for (const { window, width } of ROLLING) {
        const index = `index:${kind}:${window}`
        const earlier = await redis.zrangebyscore(`${base}${index}`, '-inf', from / width - 1)
        const name = (moment: string) => `bucket:${kind}:${window}:${moment}`
        await Promise.all(
          earlier.flatMap(moment => [
            redis.copy(`${base}${name(moment)}`, `${again}${name(moment)}`),
            redis.zadd(`${again}${index}`, moment, moment),
          ]),
        )
      }
    await counting.rotate(again, now())
    await counting.decay(again, now())
  }

  /** Reads up to an id, inclusive. @returns how many entries were read and how many counted */
  const readTo = async (after: string, last: string, from: number, before: number, most: number, lease: Lease) => {
    let [cursor, read, counted] = [after, 0, 0]
    for (;;) {
      const entries = (await redis.xrange(stream, cursor, last, 'COUNT', settings().batch)) as StreamEntry[]
      const newest = entries.at(-1)
      if (!newest) return { read, counted }
      assertHeld(lease)
      counted += (await counting.count(entries, { base: again, group: '', now: now(), from })).counted
      read += entries.length
      cursor = `(${newest[0]}`
      onProgress(before + read, most)
    }
  }

  /** By how much totals change: what counts since `from` now, less what counted before. */
  const changes = async (from: number): Promise<(string | number)[]> => {
    const changed: (string | number)[] = []
    for (const kind of EVENT_KINDS) {
      const by = new Map<string, number>()
      for (const [prefix, sign] of [
        [base, -1],
        [again, 1],
      ] as const) {
        const moments = await redis.zrangebyscore(`${prefix}index:${kind}:week`, from / HOUR, '+inf')
        const buckets = await Promise.all(
          moments.map(moment => redis.hgetall(`${prefix}bucket:${kind}:week:${moment}`)),
        )
        for (const counts of buckets)
          for (const [article, count] of Object.entries(counts))
            by.set(article, (by.get(article) ?? 0) + sign * Number(count))
      }
      for (const [article, difference] of by) if (difference !== 0) changed.push(kind, article, difference)
    }
    return changed
  }

  /** @returns how many totals changed, or null if more events were counted meanwhile */
  const commit = async (from: number, last: string, lease: Lease, totals: boolean): Promise<number | null> => {
    await counting.rotate(again, now())
    const changed = totals ? await changes(from) : []
    // Totals and the list of articles to copy stay as they are; changes are added to them.
    const names = (await keysOfReplay())
      .map(key => key.slice(again.length))
      .filter(name => !/^(?:total:|dirty$|version$)/.test(name))
    const firsts = ROLLING.map(({ window, width }) => [window, from / width])
    const outcome = await runScript(
      redis,
      commitScript,
      [stream],
      [again, GROUP, last, lease.token, pack(firsts), pack(names), pack(changed), pack(EVENT_KINDS)],
    )
    if (outcome === 'lost') throw new ReplayError(LOST)
    return outcome === 'done' ? changed.length / 3 : null
  }

  const work = async ({ from: requested, totals }: ReplayWanted, lease: Lease): Promise<Replayed> => {
    const from = Math.floor(requested / HOUR) * HOUR
    await clear()
    let last = await waitUntilCounted(lease)
    const reach = await findReach(redis, stream)
    if (from < reach)
      throw new ReplayError(
        `the stream no longer holds ${iso(from)}; the earliest hour it holds whole begins at ${iso(reach)}: --from ${iso(reach)}, and raise events.retention to keep events for longer`,
      )
    const oldest = (Math.floor(now() / HOUR) - (ROLLING.at(-1)?.buckets ?? 0) + 1) * HOUR
    if (from < oldest) throw new ReplayError(`no window reaches back to ${iso(from)}: --from ${iso(oldest)} or later`)
    await copyEarlier(from)
    const most = await redis.xlen(stream)
    // Starts a little earlier, so that repeated reads at the boundary are recognised.
    let { read, counted } = await readTo(String(Math.max(0, from - settings().dedupWindow)), last, from, 0, most, lease)
    for (;;) {
      const changed = await commit(from, last, lease, totals)
      if (changed !== null) return { from, read, counted, totals: changed }
      const further = await waitUntilCounted(lease)
      const more = await readTo(`(${last}`, further, from, read, most, lease)
      ;[last, read, counted] = [further, read + more.read, counted + more.counted]
    }
  }

  return {
    /** @throws ReplayError if it cannot run; nothing was changed then */
    async run(request: ReplayWanted): Promise<Replayed> {
      if (request.from > now()) throw new ReplayError(`${iso(request.from)} is still to come`)
      const done = await withLease({ redis, key: keys.eventState('replay'), ms: PAUSE }, async lease => {
        try {
          return await work(request, lease)
        } finally {
          // If this replay lost the lease, the keys belong to another one.
          if (await lease.extend()) await clear()
        }
      })
      if (!done) throw new ReplayError('another replay runs: wait until it has ended')
      return done.result
    },
  }
}

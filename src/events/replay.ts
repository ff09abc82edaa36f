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
import { type Lease, withLease } from '../redis/lease.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import { timestampOfStreamId } from '../redis/stream-id.ts'
import { readGroupInfo, readStreamInfo } from '../redis/stream-info.ts'
import { pack } from '../util/message-pack.ts'
import type { StreamEntry } from './batch.ts'
import { claim } from './claim-stale.ts'
import { type Counting, createCounting, GROUP } from './counting.ts'
import type { KnownArticles } from './known-articles.ts'
import { createReplayCounts, type ReplayCounts } from './replay-counts.ts'

const commitScript = loadScript(new URL('./commit-replay.lua', import.meta.url))

/** A replay is not possible; the message says what to do instead. Nothing was changed. */
export class ReplayError extends Error {
  readonly code = 'REPLAY_REFUSED'
}

export interface ReplayParts extends Store {
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

const LOST = `this replay stalled for over ${PAUSE / 1_000} s, and counting went on without it: start it again`

/** Once this replay has lost its lease, another may be writing the same keys. @throws ReplayError */
const assertHeld = (lease: Lease): void => {
  if (lease.isExpired()) throw new ReplayError(LOST)
}

const iso = (at: number): string => new Date(at).toISOString()

/** The earliest full hour from which nothing was trimmed. */
const findReach = async (redis: Redis, stream: string): Promise<number> => {
  const info = await readStreamInfo(redis, stream)
  const [first] = await redis.xrange(stream, '-', '+', 'COUNT', 1)
  if (info?.get('entries-added') === info?.get('length') || !first) return 0
  return Math.ceil(timestampOfStreamId(first[0]) / HOUR) * HOUR
}

/** @throws ReplayError if the stream or the windows do not reach back to `from` */
const assertInReach = async (redis: Redis, stream: string, from: number, now: number): Promise<void> => {
  const reach = await findReach(redis, stream)
  if (from < reach)
    throw new ReplayError(
      `the stream no longer holds ${iso(from)}; the earliest hour it holds whole begins at ${iso(reach)}: --from ${iso(reach)}, and raise events.retention to keep events for longer`,
    )
  const oldest = (Math.floor(now / HOUR) - (ROLLING.at(-1)?.buckets ?? 0) + 1) * HOUR
  if (from < oldest) throw new ReplayError(`no window reaches back to ${iso(from)}: --from ${iso(oldest)} or later`)
}

/** One replay, while it holds the lease that pauses counting. */
interface Running extends ReplayParts {
  readonly stream: string
  readonly counting: Counting
  readonly counts: ReplayCounts
  readonly lease: Lease
  /** The full hour it starts at, ms. */
  readonly from: number
}

/** Waits until no consumer has pending entries. @returns id up to which everything is counted */
const waitUntilCounted = async ({ redis, keys, settings, now, stream, counting, lease }: Running): Promise<string> => {
  const deadline = now() + FINISH_TIMEOUT
  for (;;) {
    assertHeld(lease)
    const group = await readGroupInfo(redis, stream, GROUP)
    if (!group) throw new ReplayError('nothing was counted yet: there is nothing to count anew')
    const pending = Number(group.get('pending'))
    if (pending === 0) return String(group.get('last-delivered-id'))
    if (now() > deadline)
      throw new ReplayError(
        `${pending} events are still held by consumers that neither count them nor stop: see XPENDING ${stream} ${GROUP}`,
      )
    const { claimAfter, batch } = settings()
    await claim({ redis, stream, consumer: `replay-${lease.token}`, after: claimAfter, batch }, entries =>
      counting.count(entries, { base: keys.eventState(''), group: GROUP, now: now(), from: 0 }),
    )
    await delay(POLL_EVERY)
  }
}

/**
 * Counts entries after `after` up to and including `last`.
 * @param onRead called with the number of entries read so far
 */
const countTo = async (
  { redis, settings, now, stream, counting, counts, lease, from }: Running,
  after: string,
  last: string,
  onRead: (read: number) => void,
): Promise<{ readonly read: number; readonly counted: number }> => {
  let [cursor, read, counted] = [after, 0, 0]
  for (;;) {
    const entries = (await redis.xrange(stream, cursor, last, 'COUNT', settings().batch)) as StreamEntry[]
    const newest = entries.at(-1)
    if (!newest) return { read, counted }
    assertHeld(lease)
    counted += (await counting.count(entries, { base: counts.prefix, group: '', now: now(), from })).counted
    read += entries.length
    cursor = `(${newest[0]}`
    onRead(read)
  }
}

/** Replaces the old counts. @returns how many totals changed, or null if more events were counted meanwhile */
const commit = async (running: Running, last: string, totals: boolean): Promise<number | null> => {
  const { redis, now, stream, counting, counts, lease, from } = running
  await counting.rotate(counts.prefix, now())
  const changed = totals ? await counts.computeChanges(from) : []
  // Totals, when they were set, and the list of articles to copy stay as they are; changes are added to them.
  const names = (await counts.names()).filter(name => !/^(?:total:|as-of:|dirty$|version$)/.test(name))
  const firsts = ROLLING.map(({ window, width }) => [window, from / width])
  const outcome = await runScript(
    redis,
    commitScript,
    [stream],
    [counts.prefix, GROUP, last, lease.token, pack(firsts), pack(names), pack(changed), pack(EVENT_KINDS)],
  )
  if (outcome === 'lost') throw new ReplayError(LOST)
  return outcome === 'done' ? changed.length / 3 : null
}

const recount = async (running: Running, totals: boolean): Promise<Replayed> => {
  const { redis, stream, counting, counts, settings, now, from, onProgress } = running
  await counts.clear()
  let last = await waitUntilCounted(running)
  await assertInReach(redis, stream, from, now())
  await counts.copyEarlier(from)
  await counting.rotate(counts.prefix, now())
  await counting.decay(counts.prefix, now())
  const most = await redis.xlen(stream)
  // Starts a little earlier, so that repeated reads at the boundary are recognised.
  let after = String(Math.max(0, from - settings().dedupWindow))
  let [read, counted] = [0, 0]
  for (;;) {
    const before = read
    const more = await countTo(running, after, last, done => onProgress(before + done, most))
    ;[read, counted] = [read + more.read, counted + more.counted]
    const changed = await commit(running, last, totals)
    if (changed !== null) return { from, read, counted, totals: changed }
    after = `(${last}`
    last = await waitUntilCounted(running)
  }
}

export const createReplay = (parts: ReplayParts) => {
  const { redis, keys, now } = parts
  const counting = createCounting(parts)
  const counts = createReplayCounts(parts)
  return {
    /** @throws ReplayError if it cannot run; nothing was changed then */
    async run({ from, totals }: ReplayWanted): Promise<Replayed> {
      if (from > now()) throw new ReplayError(`${iso(from)} is in the future`)
      const hour = Math.floor(from / HOUR) * HOUR
      const done = await withLease({ redis, key: keys.eventState('replay'), ms: PAUSE }, async lease => {
        try {
          return await recount({ ...parts, stream: keys.events(), counting, counts, lease, from: hour }, totals)
        } finally {
          // If this replay lost the lease, the keys belong to another one.
          if (await lease.extend()) await counts.clear()
        }
      })
      if (!done) throw new ReplayError('another replay is running: wait until it has ended')
      return done.result
    },
  }
}

/**
 * Corrects times in the future that were written while the clock of Redis was ahead, where no reader ignores them:
 * delayed jobs and locks of BullMQ, keys that expire, dates of articles, and due times of subscriptions. A scheduler
 * runs it at startup and when it sees that the clock was set back. Idempotent.
 */

import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Queues } from '../queues/queues.ts'
import type { Store } from '../redis/store.ts'
import { CLOCK_SLACK, createSetBack, isPlausible } from '../util/plausible-time.ts'
import { parseSubscription } from '../websub/subscription.ts'

export interface ClockCorrectionParts extends Store {
  readonly queues: Queues
  /** See `src/eviction/redate.ts`. */
  readonly redate: () => Promise<number>
  readonly now: () => number
  readonly log: Logger
}

/** Maximum life of job locks and of the key of the stalled check, ms; both last seconds, unless the clock was ahead. */
const MAX_LOCK = 60_000
/** Maximum delay of a job, ms. Anything later is in the schedule of the sources, not in a queue. */
const MAX_DELAY = 60_000
const MAX_CORRECTED = 10_000
/** Factor of the time in the score of a delayed job: BullMQ keeps a counter in the lowest twelve bits. */
const DELAYED_BY = 0x1000

/** Promotes jobs that are delayed longer than any job may be. @returns their number */
const bringForward = async (queue: Queue, redis: Redis, now: number): Promise<number> => {
  const from = (now + MAX_DELAY + CLOCK_SLACK) * DELAYED_BY
  const ids = await redis.zrangebyscore(queue.toKey('delayed'), from, '+inf', 'LIMIT', 0, MAX_CORRECTED)
  for (const id of ids)
    await queue
      .getJob(id)
      .then(job => job?.promote())
      .catch((error: unknown) => {
        // Another process promoted it first.
        if (!(error instanceof Error && /not in the delayed state|missing key/i.test(error.message))) throw error
      })
  return ids.length
}

/**
 * Shortens locks that would outlive their workers by hours. Running workers renew theirs within seconds.
 * @returns the number of such locks
 */
const shortenLocks = async (queue: Queue, redis: Redis): Promise<number> => {
  const active = await redis.lrange(queue.toKey('active'), 0, -1)
  const marks = [...active.map(id => `${queue.toKey(id)}:lock`), queue.toKey('stalled-check')]
  const last = await Promise.all(marks.map(mark => redis.pttl(mark)))
  const long = marks.filter((_, index) => (last[index] ?? 0) > MAX_LOCK)
  await Promise.all(long.map(mark => redis.pexpire(mark, CLOCK_SLACK)))
  return long.length
}

/** Makes subscriptions due that were requested or verified at a time in the future. @returns their number */
const askHubs = async ({ redis, keys }: ClockCorrectionParts, now: number): Promise<number> => {
  const tokens = await redis.zrangebyscore(keys.pushDue(), now, '+inf', 'LIMIT', 0, MAX_CORRECTED)
  const hashes = await Promise.all(tokens.map(token => redis.hgetall(keys.subscription(token))))
  const wrong = tokens.filter((token, index) => {
    const subscription = parseSubscription(token, hashes[index] ?? {})
    return subscription !== null && !isPlausible(Math.max(subscription.askedAt, subscription.verifiedAt), now)
  })
  await Promise.all(wrong.map(token => redis.zadd(keys.pushDue(), 'XX', String(now), token)))
  return wrong.length
}

/** Shortens the life of keys that should last seconds but would last for hours. */
const shortenMarks = async ({ redis, keys }: ClockCorrectionParts): Promise<void> => {
  const marks = [keys.networkProbe(), keys.eventState('replay'), keys.schemaLock()]
  const last = await Promise.all(marks.map(mark => redis.pttl(mark)))
  await Promise.all(
    marks.map((mark, index) => ((last[index] ?? 0) > 10 * MAX_LOCK ? redis.pexpire(mark, MAX_LOCK) : null)),
  )
}

export const correctClock = async (parts: ClockCorrectionParts): Promise<void> => {
  const { redis, keys, queues, now, log } = parts
  const at = now()
  const found = await Promise.all(
    Object.values(queues).map(async (queue: Queue) => ({
      broughtForward: await bringForward(queue, redis, at),
      locks: await shortenLocks(queue, redis),
    })),
  )
  const [subscriptions, articles] = await Promise.all([
    askHubs(parts, at),
    parts.redate(),
    shortenMarks(parts),
    ...[keys.networkHeard('reached'), keys.networkHeard('unreached'), keys.networkSuspects(), keys.daemons()].map(key =>
      redis.zremrangebyscore(key, at + CLOCK_SLACK, '+inf'),
    ),
  ])
  const jobs = found.reduce((sum, { broughtForward }) => sum + broughtForward, 0)
  const locks = found.reduce((sum, each) => sum + each.locks, 0)
  if (jobs + locks + subscriptions + articles > 0)
    log.warn(
      { event: 'clock.corrected', jobs, locks, subscriptions, articles },
      'the clock of Redis was ahead: what waited for a time to come goes on',
    )
}

/** @returns a function that checks whether the clock was set back, and if so corrects the data */
export const createClockCorrection = (parts: ClockCorrectionParts): (() => Promise<void>) => {
  const isSetBack = createSetBack(parts.now)
  isSetBack()
  return async () => {
    if (isSetBack()) await correctClock(parts)
  }
}

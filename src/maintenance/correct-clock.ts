/**
 * What a clock that was ahead leaves behind where nobody judges each time by itself: jobs and locks of BullMQ, whose times are its own, marks
 * that expire, and turns of subscriptions. Run by a scheduler when it starts and when it sees the clock of Redis set back; twice, nothing happens.
 */

import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Queues } from '../queues/queues.ts'
import type { Keys } from '../redis/keys.ts'
import { CLOCK_SLACK, createSetBack, isPlausible } from '../util/plausible-time.ts'
import { parseSubscription } from '../websub/subscription.ts'

export interface ClockCorrectionParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly queues: Queues
  /** See `src/eviction/redate.ts`. */
  readonly redate: () => Promise<number>
  readonly now: () => number
  readonly log: Logger
}

/** Locks of jobs, and the mark of the look for stalled ones, last seconds; what lasts longer than this was set while the clock was ahead, ms. */
const LONGEST_LOCK = 60_000
/** Waits that stand in a queue, most: a longer one is the schedule's to keep. */
const LONGEST_DELAY = 60_000
const MOST = 10_000
/** BullMQ keeps the ms of a delayed job before twelve bits of a number. */
const DELAYED_BY = 0x1000

/** Brings forward what is put off further than anything is. @returns how many */
const bringForward = async (queue: Queue, redis: Redis, now: number): Promise<number> => {
  const from = (now + LONGEST_DELAY + CLOCK_SLACK) * DELAYED_BY
  const ids = await redis.zrangebyscore(queue.toKey('delayed'), from, '+inf', 'LIMIT', 0, MOST)
  for (const id of ids)
    await queue
      .getJob(id)
      .then(job => job?.promote())
      .catch((error: unknown) => {
        // Another process was first.
        if (!(error instanceof Error && /not in the delayed state|missing key/i.test(error.message))) throw error
      })
  return ids.length
}

/** @returns locks that would have outlived their workers by hours; whoever lives renews its own within seconds */
const shortenLocks = async (queue: Queue, redis: Redis): Promise<number> => {
  const active = await redis.lrange(queue.toKey('active'), 0, -1)
  const marks = [...active.map(id => `${queue.toKey(id)}:lock`), queue.toKey('stalled-check')]
  const last = await Promise.all(marks.map(mark => redis.pttl(mark)))
  const long = marks.filter((_, index) => (last[index] ?? 0) > LONGEST_LOCK)
  await Promise.all(long.map(mark => redis.pexpire(mark, CLOCK_SLACK)))
  return long.length
}

/** Subscriptions that were asked for or verified at a time that has not been: they are asked for anew. */
const askHubs = async ({ redis, keys }: ClockCorrectionParts, now: number): Promise<number> => {
  const tokens = await redis.zrangebyscore(keys.pushDue(), now, '+inf', 'LIMIT', 0, MOST)
  const hashes = await Promise.all(tokens.map(token => redis.hgetall(keys.subscription(token))))
  const wrong = tokens.filter((token, index) => {
    const subscription = parseSubscription(token, hashes[index] ?? {})
    return subscription !== null && !isPlausible(Math.max(subscription.askedAt, subscription.verifiedAt), now)
  })
  await Promise.all(wrong.map(token => redis.zadd(keys.pushDue(), 'XX', String(now), token)))
  return wrong.length
}

/** Marks that last seconds and would last for hours. */
const shortenMarks = async ({ redis, keys }: ClockCorrectionParts): Promise<void> => {
  const marks = [keys.networkProbe(), keys.eventState('replay'), keys.schemaLock()]
  const last = await Promise.all(marks.map(mark => redis.pttl(mark)))
  await Promise.all(
    marks.map((mark, index) => ((last[index] ?? 0) > 10 * LONGEST_LOCK ? redis.pexpire(mark, LONGEST_LOCK) : null)),
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
      { jobs, locks, subscriptions, articles },
      'the clock of Redis was ahead: what waited for a time to come goes on',
    )
}

/** @returns looks whether the clock was set back, and sets right what that left */
export const createClockCorrection = (parts: ClockCorrectionParts): (() => Promise<void>) => {
  const isSetBack = createSetBack(parts.now)
  isSetBack()
  return async () => {
    if (isSetBack()) await correctClock(parts)
  }
}

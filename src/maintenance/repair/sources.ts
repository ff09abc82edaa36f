/**
 * Checks stored sources and their waiting jobs: only of configured sources, and seen items only if their articles
 * exist.
 */

import { computeRetainedSince } from '../../articles/lost.ts'
import type { SourceId } from '../../domain/source.ts'
import type { SourceJob } from '../../queues/source-jobs.ts'
import { scanHash, scanKeys } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import { parseSeenItem } from '../../sources/items/unstable-ids.ts'
import { type Check, filterGone } from './check.ts'
import { runnable } from './run-check.ts'

const forgetMark = loadScript(new URL('./forget-mark.lua', import.meta.url))

const DAY = 86_400_000
/** Seen items that the feed last carried more days ago than this are ignored: the feed would not bring them again. */
const RECENT_DAYS = 2

/** Above this share, the configuration is more likely wrong than the data in Redis. */
const MAX_UNKNOWN = 0.5
const FEW = 4

const doubt = (wrong: number, looked: number): string | null =>
  wrong > FEW && wrong > looked * MAX_UNKNOWN
    ? `${wrong} of ${looked} have no source: is this the configuration the daemons run with?`
    : null

const states: Check<string> = {
  id: 'states-without-source',
  what: 'sources that are remembered and no longer configured',
  async *pages({ redis, keys }) {
    const [from = '', after = ''] = keys.source('\n').split('\n')
    for await (const page of scanKeys(redis, `${from}*${after}`))
      yield page.map(key => key.slice(from.length, key.length - after.length))
  },
  async wrong({ redis, keys, isSource }, page) {
    const unknown = page.filter(id => !isSource(id))
    const there = await Promise.all(unknown.map(id => redis.exists(keys.source(id))))
    return unknown.filter((_, at) => there[at] === 1)
  },
  show: id => id,
  mend: ({ forget }, id) => forget(id as SourceId), // a key that the source store wrote
  doubt,
}

const jobs: Check<SourceJob> = {
  id: 'jobs-without-source',
  what: 'jobs that wait for sources that are no longer configured',
  pages: ({ jobs }) => jobs.waiting(),
  async wrong({ isSource, jobs }, page) {
    const suspects = page.filter(({ source }) => !isSource(source))
    const there = await Promise.all(suspects.map(job => jobs.isThere(job)))
    return suspects.filter((_, at) => there[at])
  },
  show: ({ queue, source }) => `${queue}: ${source}`,
  mend: ({ jobs }, job) => jobs.remove(job),
  doubt,
}

interface Mark {
  readonly source: string
  readonly item: string
  readonly written: string
  readonly article: string
}

const marks: Check<Mark> = {
  id: 'seen-without-article',
  what: 'items remembered as taken in whose article is gone before its time: their feeds will bring it again',
  async *pages(parts) {
    const { redis, keys, now } = parts
    const horizon = Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    const retainedSince = computeRetainedSince(now(), parts.retention, horizon)
    const [from = '', after = ''] = keys.seen('\n').split('\n')
    const since = Math.floor(now() / DAY) - RECENT_DAYS
    for await (const page of scanKeys(redis, `${from}*${after}`))
      for (const key of page) {
        const source = key.slice(from.length, key.length - after.length)
        for await (const fields of scanHash(redis, key))
          yield fields.flatMap(([item, written]): Mark[] => {
            const memory = parseSeenItem(written)
            // Earlier versions did not store when an item first appeared, so its article's expiry is unknown.
            const isDue = memory?.first !== undefined && memory.first * DAY > retainedSince && memory.day >= since
            return memory?.article && isDue ? [{ source, item, written, article: memory.article }] : []
          })
      }
  },
  async wrong(parts, page) {
    const { redis, keys } = parts
    const suspects = await filterGone(parts, page)
    const current = await Promise.all(suspects.map(({ source, item }) => redis.hget(keys.seen(source), item)))
    return suspects.filter(({ written }, at) => current[at] === written)
  },
  show: ({ source, article }) => `${article} of ${source}`,
  mend: ({ redis, keys }, { source, item, written }) =>
    runScript(redis, forgetMark, [keys.seen(source), keys.source(source), keys.itemHashes(source)], [item, written]),
}

export const sourceChecks = [runnable(states), runnable(jobs), runnable(marks)]

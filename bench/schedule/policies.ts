/** Who says when to fetch next: newsdesk's own rule as it runs in production, and the rules of others as they are written down. */

import { learn } from '../../src/sources/schedule/learn.ts'
import { computeSpread, type DueSettings, nextDue } from '../../src/sources/schedule/next-due.ts'
import { EMPTY_MODEL } from '../../src/sources/schedule/publishing-model.ts'
import {
  formatCounts,
  formatRecentState,
  parsePublishingModel,
} from '../../src/sources/schedule/publishing-model-text.ts'
import { DAY, HOUR, MINUTE } from './world.ts'

/** What a fetch saw. */
export interface Fetched {
  readonly now: number
  /** Dates of the items that are new; null where the feed gives none. */
  readonly fresh: readonly (number | null)[]
  /** Dates of all items the document holds, oldest first; when it was first seen where it gives none. */
  readonly carried: Float64Array
}

export interface Policy {
  readonly name: string
  /** A source's own scheduler: given what a fetch saw, says when the next one is. */
  start(id: string): (fetched: Fetched) => number
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)

/** newsdesk: what a poll with news taught is written and read back as it would be in Redis. */
export const newsdesk = (name: string, price: number, settings: DueSettings): Policy => ({
  name,
  start(id) {
    let rhythm = EMPTY_MODEL
    return ({ now, fresh, carried }) => {
      rhythm = learn(rhythm, { now, published: fresh, carried: carried.length })
      if (fresh.length > 0)
        rhythm = parsePublishingModel(formatCounts(rhythm), formatRecentState(rhythm), rhythm.recent)
      return nextDue(id, now, rhythm, { fixed: undefined, asked: null }, settings, price).at
    }
  },
})

export const fixed = (minutes: number): Policy => ({
  name: `fixed ${minutes} min`,
  start: id => {
    let isFirst = true
    return ({ now }) => {
      const moved = isFirst ? (computeSpread(id) + 0.1) * 5 : 1
      isFirst = false
      return now + minutes * MINUTE * moved
    }
  },
})

/** 7 days over the entries of the last 7 days, 5 minutes to 24 hours. */
export const miniflux: Policy = {
  name: 'Miniflux entry_frequency',
  start: () => {
    const known: number[] = []
    let first = 0
    return ({ now, fresh }) => {
      for (const at of fresh) known.push(at ?? now)
      while (first < known.length && (known[first] ?? now) <= now - 7 * DAY) first += 1
      const weekly = known.length - first
      return now + clamp(weekly === 0 ? DAY : (7 * DAY) / weekly, 5 * MINUTE, DAY)
    }
  },
}

/** Half the mean gap of the entries carried; 4 hours where nothing came for 30 days, 2 for 14, 1 for 7; 5 minutes to 4 hours. */
export const commafeed: Policy = {
  name: 'CommaFeed',
  start:
    () =>
    ({ now, carried }) => {
      const most = 4 * HOUR
      const [oldest] = carried
      const newest = carried.at(-1)
      const silent = newest === undefined ? Number.POSITIVE_INFINITY : now - newest
      if (silent >= 30 * DAY) return now + most
      if (silent >= 14 * DAY) return now + most / 2
      if (silent >= 7 * DAY) return now + most / 4
      if (newest === undefined || oldest === undefined || carried.length < 2) return now + most
      return now + clamp((newest - oldest) / (carried.length - 1) / 2, 5 * MINUTE, most)
    },
}

/** From 6 hours: 10 minutes more where two thirds of the entries are known, an hour less where less than one third is; 10 minutes at least. */
export const mediacloud: Policy = {
  name: 'Media Cloud rss-fetcher',
  start: () => {
    let interval = 6 * HOUR
    return ({ now, fresh, carried }) => {
      const known = carried.length === 0 ? 1 : 1 - fresh.length / carried.length
      if (known >= 0.67) interval += 10 * MINUTE
      else if (known < 0.33) interval -= HOUR
      interval = Math.max(interval, 10 * MINUTE)
      return now + interval
    }
  },
}

/** When a source is fetched next, and why: rules on plain data. (pure) */

import { createHash } from 'node:crypto'
import type { CrawlSettings } from './settings.ts'

export interface Due {
  /** ms since the epoch. */
  readonly at: number
  /** For people: why then. */
  readonly reason: string
}

/** The share of an interval by which a source is moved, always the same for the same source: so that nothing falls due together. */
export const spreadOf = (sourceId: string): number =>
  (createHash('sha256').update(sourceId).digest().readUInt32BE(0) / 0x1_0000_0000) * 0.2 - 0.1

/** Between the first fetches of sources that came together, and the most such a start may take, ms. */
const FIRST_GAP = 250
const FIRST_WITHIN = 120_000

/**
 * When a source new to us is fetched first: one alone within a moment, many spread, so that an import is no stampede.
 * @param together how many are new at the same time
 */
export const firstDue = (sourceId: string, now: number, together: number): Due => {
  const place = (spreadOf(sourceId) + 0.1) * 5 // 0 to 1
  return { at: Math.round(now + place * Math.min(together * FIRST_GAP, FIRST_WITHIN)), reason: 'new: first fetch' }
}

export interface Rhythm {
  /** ms since the epoch of its latest publications known, newest first, at most 50. */
  readonly published: readonly number[]
  /** Fixed ms between fetches where the operator gave one. */
  readonly fixed: number | undefined
  /** ms the publisher asks for between fetches: ttl, sy:update*, Cache-Control. */
  readonly asked: number | null
}

/** A span for people. */
export const minutes = (ms: number): string =>
  ms < 90_000
    ? `${Math.round(ms / 1_000)} s`
    : ms < 5_400_000
      ? `${Math.round(ms / 60_000)} min`
      : `${(ms / 3_600_000).toFixed(1)} h`

/** A publisher's own wish is heard, but not without end. */
const LONGEST_ASKED = 2 * 3_600_000

/**
 * Next fetch after a success. Mean gap between publications, halved, so that an article waits a quarter of a gap on average; a source
 * silent for longer than it used to be is asked ever less. What the publisher asks only lengthens.
 */
export const nextDue = (
  sourceId: string,
  now: number,
  { published, fixed, asked }: Rhythm,
  settings: CrawlSettings,
): Due => {
  const spread = spreadOf(sourceId)
  const spreadText = `${spread < 0 ? '−' : '+'}${Math.abs(Math.round(spread * 100))} % spread`
  if (fixed !== undefined)
    return { at: Math.round(now + fixed * (1 + spread * 0.2)), reason: `every ${minutes(fixed)}, as configured` }

  const recent = published.filter(at => at <= now).slice(0, 20)
  const [newest] = recent
  const oldest = recent.at(-1)
  let interval = settings.startInterval
  let reason = 'its rhythm is not known yet'
  if (newest !== undefined && oldest !== undefined && recent.length >= 3) {
    const gap = Math.max((newest - oldest) / (recent.length - 1), 1_000)
    const silent = now - newest
    interval = Math.max(gap / 2, silent / 10)
    reason =
      silent > gap * 5
        ? `silent for ${minutes(silent)}, usually publishes every ${minutes(gap)}`
        : `publishes every ${minutes(gap)}`
  }
  const wished = Math.min(asked ?? 0, LONGEST_ASKED)
  if (wished > interval) {
    interval = wished
    reason = `the publisher asks for ${minutes(wished)} between fetches`
  }
  const bounded = Math.min(Math.max(interval, settings.minInterval), settings.maxInterval)
  if (bounded !== interval) reason += `, bounded to ${minutes(bounded)}`
  return { at: Math.round(now + bounded * (1 + spread)), reason: `${reason}, ${spreadText}` }
}

/**
 * While push brings what a source publishes, polls only look for what it missed: at the safety interval, or when its time is up.
 * @param pushUntil ms since the epoch until which push works; 0 where it does not
 * @param safety ms between polls meanwhile
 * @returns `due` itself where push does not work, or where the poll is no sooner anyway
 */
export const whilePushed = (due: Due, sourceId: string, now: number, pushUntil: number, safety: number): Due => {
  const at = Math.round(Math.min(now + safety * (1 + spreadOf(sourceId)), pushUntil))
  return pushUntil <= now || at <= due.at
    ? due
    : { at, reason: `push brings its news; polled every ${minutes(safety)} to be safe` }
}

/** The states of sources as webhooks are told of them. */

import type { SourceSummary } from '../sources/store/summary-cache.ts'
import type { WatchedSource } from '../webhooks/watch.ts'
import { lateBy, stateOf } from './source-status.ts'

/** @param now ms since the epoch */
export const readWatchedSources = async (
  readSummaries: () => Promise<readonly SourceSummary[]>,
  now: () => number,
): Promise<ReadonlyMap<string, WatchedSource>> =>
  new Map(
    (await readSummaries()).map(state => {
      const { source, nextAt, failures, lastError } = state
      const word = stateOf({ source, state, late: lateBy(source, nextAt, now()) })
      return [source.id, { name: source.name, state: word, failures, reason: lastError?.reason ?? '' }]
    }),
  )

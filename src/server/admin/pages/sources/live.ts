/** Which sources changed since the last check: fetched, failing, late, paused, removed or new. */

import type { SourceSummary } from '../../../../sources/store/summary-cache.ts'
import { lateBy } from '../../../../use-cases/source-status.ts'
import { MAX_LOAD_TIME, type Topic } from '../../web/live.ts'

interface SeenSource {
  readonly summary: SourceSummary
  readonly isLate: boolean
}

const isSame = (a: SeenSource | undefined, b: SeenSource): boolean =>
  a !== undefined &&
  a.isLate === b.isLate &&
  (a.summary === b.summary ||
    (a.summary.source === b.summary.source &&
      a.summary.status === b.summary.status &&
      a.summary.lastFetchAt === b.summary.lastFetchAt &&
      a.summary.nextAt === b.summary.nextAt &&
      a.summary.failures === b.summary.failures &&
      a.summary.stalledSince === b.summary.stalledSince &&
      a.summary.refusals?.count === b.summary.refusals?.count))

/** @param now ms since the epoch */
export const sourcesTopic = (readSummaries: () => Promise<readonly SourceSummary[]>, now: () => number): Topic => {
  let before: ReadonlyMap<string, SeenSource> | null = null
  return {
    name: 'sources',
    async check() {
      const at = now()
      const seen = new Map<string, SeenSource>()
      for (const each of await readSummaries())
        seen.set(each.source.id, { summary: each, isLate: lateBy(each.source, each.nextAt, at) > 0 })
      const known = before
      before = seen
      // Sources that were fetched after the first page was rendered, and before it subscribed.
      if (known === null)
        return [...seen].flatMap(([id, { summary }]) => ((summary.lastFetchAt ?? 0) >= at - MAX_LOAD_TIME ? id : []))
      const gone = [...known.keys()].filter(id => !seen.has(id))
      return [...gone, ...[...seen].flatMap(([id, one]) => (isSame(known.get(id), one) ? [] : [id]))]
    },
  }
}

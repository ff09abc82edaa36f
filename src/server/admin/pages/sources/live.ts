/** Which sources changed between two looks at all of them: fetched, failing, late, paused, removed or new. */

import type { SourceSummary } from '../../../../sources/store/summary-cache.ts'
import { lateBy } from '../../../../use-cases/source-status.ts'
import type { Topic } from '../../web/live.ts'

interface Seen {
  readonly glance: SourceSummary
  readonly isLate: boolean
}

const isSame = (a: Seen | undefined, b: Seen): boolean =>
  a !== undefined &&
  a.isLate === b.isLate &&
  (a.glance === b.glance ||
    (a.glance.source === b.glance.source &&
      a.glance.status === b.glance.status &&
      a.glance.lastFetchAt === b.glance.lastFetchAt &&
      a.glance.nextAt === b.glance.nextAt &&
      a.glance.failures === b.glance.failures &&
      a.glance.stalledSince === b.glance.stalledSince))

/** @param now ms since the epoch */
export const sourcesTopic = (glance: () => Promise<readonly SourceSummary[]>, now: () => number): Topic => {
  let before: ReadonlyMap<string, Seen> | null = null
  return {
    name: 'sources',
    async look() {
      const at = now()
      const seen = new Map<string, Seen>()
      for (const each of await glance())
        seen.set(each.source.id, { glance: each, isLate: lateBy(each.source, each.nextAt, at) > 0 })
      const known = before
      before = seen
      if (known === null) return []
      const gone = [...known.keys()].filter(id => !seen.has(id))
      return [...gone, ...[...seen].flatMap(([id, one]) => (isSame(known.get(id), one) ? [] : [id]))]
    },
  }
}

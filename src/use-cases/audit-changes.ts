/** What an action on many sources changed, in as few entries of the audit as needed. (pure) */

import type { SourceId } from '../domain/source.ts'
import type { Ended } from './audit-log.ts'

/** What an action changed about a source. */
export interface SourceChange {
  readonly id: SourceId
  readonly before: unknown
  readonly after: unknown
}

/**
 * Up to this many sources of one action get an audit entry each. Above, as many as fit share one: otherwise they would
 * push everything else out of the audit.
 */
const MAX_SINGLE_ENTRIES = 100
/** Characters of ids and of former values that fit into an entry. */
const ENTRY_CAPACITY = 1_900
/** An entry for each change, or, if there are many, for as many as fit: no id and no former value is left out. */
export const groupEntries = (changes: readonly SourceChange[]): Ended[] => {
  if (changes.length <= MAX_SINGLE_ENTRIES) return changes.map(({ id, before, after }) => ({ on: id, before, after }))
  const shared: SourceChange[][] = []
  let capacity = 0
  for (const each of changes) {
    const length = Math.max(each.id.length + 1, JSON.stringify([each.before, each.after]).length + 4)
    const last = shared.at(-1)
    if (last === undefined || length > capacity) {
      shared.push([each])
      capacity = ENTRY_CAPACITY - length
    } else {
      last.push(each)
      capacity -= length
    }
  }
  return shared.map(some => ({
    on: `${some.length} of ${changes.length} sources: ${some.map(({ id }) => id).join(' ')}`,
    before: some.map(({ before }) => before),
    after: some.map(({ after }) => after),
  }))
}

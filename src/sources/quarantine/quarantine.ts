/**
 * Quarantine: what could not be ingested is kept for inspection, and for another attempt with better code or once
 * somebody has decided. Bounded in entries per source, in bytes of all sources, and in time. (docs/decisions/0005)
 */

import { createHeldItems, type HeldItems } from './held-items.ts'
import { createRefusedItems, type QuarantineParts, type RefusedItems } from './refused-items.ts'
import { createUnreadableBodies, type UnreadableBodies } from './unreadable-bodies.ts'

export interface Quarantine extends UnreadableBodies, Omit<RefusedItems, 'dropRefused'> {
  /** Drops one body, or all bodies and refused items of a source. @returns how many bodies were dropped */
  drop: UnreadableBodies['drop']
  readonly held: HeldItems
}

export const createQuarantine = (parts: QuarantineParts): Quarantine => {
  const bodies = createUnreadableBodies(parts)
  const { dropRefused, ...refusedItems } = createRefusedItems(parts)
  return {
    ...bodies,
    ...refusedItems,
    held: createHeldItems(parts),
    async drop(source, id) {
      if (id === undefined) await dropRefused(source)
      return bodies.drop(source, id)
    },
  }
}

/** Finds feeds that are the same: by final URL, by the URL that they name as their own, or by shared items. (pure) */

import { bare, type FoundFeed, sharesEnough } from '../../feeds/discovery/discover.ts'

export interface DuplicateFeed {
  /** The first of them, in the order given. */
  readonly of: string
  readonly how: 'same address' | 'same name for itself' | 'shared items'
}

/** @returns for each feed that duplicates an earlier one, the earlier one, and what they have in common */
export const findDuplicateFeeds = (
  feeds: readonly { readonly id: string; readonly found: FoundFeed }[],
): ReadonlyMap<string, DuplicateFeed> => {
  const twins = new Map<string, DuplicateFeed>()
  const byAddress = new Map<string, string>()
  const bySelf = new Map<string, string>()
  const byItem = new Map<string, string[]>()
  const sizes = new Map<string, number>()
  for (const { id, found } of feeds) {
    const address = bare(found.finalUrl)
    const self = found.feed.hints.self ? bare(found.feed.hints.self) : null
    const shared = new Map<string, number>()
    for (const { key } of found.items)
      for (const other of byItem.get(key) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1)
    const [most] = [...shared].sort((a, b) => b[1] - a[1])
    const sameAddress = byAddress.get(address) ?? bySelf.get(address)
    const sameSelf = self === null ? undefined : (bySelf.get(self) ?? byAddress.get(self))
    if (sameAddress !== undefined) twins.set(id, { of: sameAddress, how: 'same address' })
    else if (sameSelf !== undefined) twins.set(id, { of: sameSelf, how: 'same name for itself' })
    else if (most && sharesEnough(most[1], found.items.length, sizes.get(most[0]) ?? 0))
      twins.set(id, { of: most[0], how: 'shared items' })
    if (!byAddress.has(address)) byAddress.set(address, id)
    if (self !== null && !bySelf.has(self)) bySelf.set(self, id)
    sizes.set(id, found.items.length)
    for (const { key } of found.items) {
      const holders = byItem.get(key)
      if (holders === undefined) byItem.set(key, [id])
      // Few feeds per item are enough to find a duplicate; an item that all feeds share is no evidence.
      else if (holders.length < 8) holders.push(id)
    }
  }
  return twins
}

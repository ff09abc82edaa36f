/** Maps of bounded size: the least recently used or the oldest entries are dropped. (pure) */

export interface LruCache<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  clear(): void
}

/**
 * An LRU cache of two generations: an entry that was not read while the younger generation filled up is dropped. Holds
 * at most twice `most` entries, and keeps no order, so that a read costs one lookup.
 */
export const createLruCache = <Key, Value>(most: number): LruCache<Key, Value> => {
  let young = new Map<Key, Value>()
  let old = new Map<Key, Value>()
  const set = (key: Key, value: Value): void => {
    if (young.size >= most) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}

/** Drops the entries that were inserted first, until at most `most` are left. */
export const dropOldest = (map: Map<unknown, unknown>, most: number): void => {
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}

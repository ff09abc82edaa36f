/** Remembers answers to what is asked again and again, in bounded memory. (pure) */

export interface LruCache<Key, Value> {
  get(key: Key): Value | undefined
  set(key: Key, value: Value): void
  clear(): void
}

/**
 * Two generations: what was not asked for while the younger filled up is forgotten. At most twice `most` are held; no list is kept in
 * order, so asking costs one look-up.
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
      const kept = old.get(key)
      if (kept !== undefined) set(key, kept)
      return kept
    },
    set,
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}

/** Remembers how to take back what was changed since it was opened, so that decisions can be tried out and leave no trace. (pure) */

export interface Journal {
  /** Notes how to take back a change just made; nothing is noted while it is closed. */
  note(undo: () => void): void
  open(): void
  /** Lets the changes since `open` stand, and closes. */
  close(): void
  /** Takes back all changes since `open`, last first, and closes. */
  rollBack(): void
}

export const createJournal = (): Journal => {
  let undos: (() => void)[] | null = null
  return {
    note: undo => {
      undos?.push(undo)
    },
    open: () => {
      undos = []
    },
    close: () => {
      undos = null
    },
    rollBack: () => {
      const taken = undos ?? []
      undos = null
      for (const undo of taken.reverse()) undo()
    },
  }
}

/** Sets or, given undefined, deletes, and notes how it was. */
export const setNoted = <Key, Value>(
  journal: Journal,
  map: Map<Key, Value>,
  key: Key,
  value: Value | undefined,
): void => {
  const before = map.get(key)
  if (value === undefined) map.delete(key)
  else map.set(key, value)
  journal.note(() => {
    if (before === undefined) map.delete(key)
    else map.set(key, before)
  })
}

/** Records how to undo the changes made since it was opened, so that trial decisions can be rolled back. */

export interface Journal {
  /** Records how to undo a change just made; does nothing while the journal is closed. */
  note(undo: () => void): void
  open(): void
  /** Keeps the changes made since `open`, and closes. */
  close(): void
  /** Undoes all changes made since `open`, last first, and closes. */
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
      const undone = undos ?? []
      undos = null
      for (const undo of undone.reverse()) undo()
    },
  }
}

/** Sets a key, or deletes it if the value is undefined, and records how to undo that. */
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

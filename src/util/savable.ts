/**
 * State in memory that can be saved in parts and restored from them, so that a restarted process need not build it
 * again. Large arrays of numbers are parts as they lie in memory; everything else is what JSON carries. (pure)
 */

export type Numbers = Int32Array | Float32Array | Float64Array

export interface SavedPart {
  readonly name: string
  /** Numbers, or anything that JSON carries. */
  readonly value: unknown
}

export interface Savable {
  /** Parts are valid until the state changes: they show its memory rather than copies. */
  save(): Iterable<SavedPart>
  /**
   * Takes over one part; all are given in the order in which they were saved, to a state that is empty.
   * @throws SavedPartError for a part that this state does not have
   */
  restore(part: SavedPart): void
}

/** What was saved is not what this version saves. */
export class SavedPartError extends Error {}

/** Rows of a table in one part. */
const ROWS = 1_000

type ArrayOf<T extends Numbers> = new (length: number) => T

/** An array of numbers. */
export const savedNumbers = <T extends Numbers>(type: ArrayOf<T>, get: () => T, set: (value: T) => void): Savable => ({
  *save() {
    yield { name: '', value: get() }
  },
  restore({ name, value }) {
    if (name !== '' || !(value instanceof type)) throw new SavedPartError(`not ${type.name}: ${name}`)
    set(value)
  },
})

/** What JSON carries, in rows, of which `add` takes over one at a time. */
export const savedRows = <T>(rows: () => Iterable<T>, add: (row: T) => void): Savable => ({
  *save() {
    let some: T[] = []
    for (const row of rows()) {
      some.push(row)
      if (some.length < ROWS) continue
      yield { name: '', value: some }
      some = []
    }
    if (some.length > 0) yield { name: '', value: some }
  },
  restore({ name, value }) {
    if (name !== '' || !Array.isArray(value)) throw new SavedPartError(`not rows: ${name}`)
    for (const row of value as T[]) add(row) // as `save` wrote them
  },
})

/** Several states as one, each under its name. */
export const savedTogether = (members: Readonly<Record<string, Savable>>): Savable => ({
  *save() {
    for (const [name, member] of Object.entries(members))
      for (const part of member.save())
        yield { name: part.name === '' ? name : `${name}/${part.name}`, value: part.value }
  },
  restore({ name, value }) {
    const [first = '', ...rest] = name.split('/')
    const member = members[first]
    if (!member) throw new SavedPartError(`unknown part: ${name}`)
    member.restore({ name: rest.join('/'), value })
  },
})

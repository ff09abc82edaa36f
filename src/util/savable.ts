/**
 * Saves state in memory as parts and restores it from them, so that a restarted process need not build it again. A
 * typed array is a part as it is in memory; any other part is a value that JSON can represent. parts-file.ts writes
 * parts to a file and reads them. (pure)
 */

export type Numbers = Int32Array | Float32Array | Float64Array

export interface SavedPart {
  readonly name: string
  /** `Numbers`, or anything that JSON can represent. */
  readonly value: unknown
}

export interface Savable {
  /** Parts refer to the memory of the state, so they are valid only until it changes. */
  save(): Iterable<SavedPart>
  /**
   * Restores one part. Call it on an empty state, once for each part, in the order in which they were saved.
   * @throws SavedPartError for a part that this state does not have
   */
  restore(part: SavedPart): void
}

/** A part is not one that this version saves. */
export class SavedPartError extends Error {}

/** Maximum number of rows in one part. */
const ROWS = 1_000

type ArrayOf<T extends Numbers> = new (length: number) => T

/** A typed array, saved as one part. */
export const savedNumbers = <T extends Numbers>(type: ArrayOf<T>, get: () => T, set: (value: T) => void): Savable => ({
  *save() {
    yield { name: '', value: get() }
  },
  restore({ name, value }) {
    if (name !== '' || !(value instanceof type)) throw new SavedPartError(`not ${type.name}: ${name}`)
    set(value)
  },
})

/** Rows that JSON can represent, saved many to a part; `add` restores one row. */
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

/** Several states as one; the names of a state's parts begin with its own. */
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

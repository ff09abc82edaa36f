/** Ids of stream entries: `<ms since the epoch>-<number>`. (pure) */

export const timestampOfStreamId = (id: string): number => Number.parseInt(id, 10)

/** Orders ids as their stream does: for `sort`, oldest first. */
export const compareStreamIds = (one: string, other: string): number => {
  const [ms = 0, sequence = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherSequence = 0] = other.split('-').map(Number)
  return ms - otherMs || sequence - otherSequence
}

export const isAfter = (one: string, other: string): boolean => compareStreamIds(one, other) > 0

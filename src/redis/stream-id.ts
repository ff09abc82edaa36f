/** Ids of stream entries: `<ms since the epoch>-<number>`. (pure) */

export const timestampOfStreamId = (id: string): number => Number(id.split('-')[0])

export const isAfter = (one: string, other: string): boolean => {
  const [ms = 0, seq = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherSeq = 0] = other.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && seq > otherSeq)
}

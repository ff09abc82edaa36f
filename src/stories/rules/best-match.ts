/**
 * The few best of the numbers from 0 to `count` - 1, best first, without sorting them all. (pure)
 * @param worthOf a rough order, quick to tell; @param isAhead the whole order, ties broken
 */
export const bestOf = (
  count: number,
  limit: number,
  worthOf: (each: number) => number,
  isAhead: (a: number, b: number) => boolean,
): number[] => {
  const best: number[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let each = 0; each < count; each += 1) {
    if (worthOf(each) < least) continue
    if (best.length === limit) {
      if (!isAhead(each, best[limit - 1] as number)) continue // it is full
      best.pop()
    }
    let place = best.length
    while (place > 0 && isAhead(each, best[place - 1] as number)) place -= 1 // within its length
    best.splice(place, 0, each)
    if (best.length === limit) least = worthOf(best[limit - 1] as number)
  }
  return best
}

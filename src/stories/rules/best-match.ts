/**
 * Selects the best of the numbers from 0 to `count` - 1, best first, without sorting them all.
 * @param getWorth a rough order that is cheap to compute
 * @param isAhead  the full order, with ties broken
 */
export const selectBest = (
  count: number,
  limit: number,
  getWorth: (each: number) => number,
  isAhead: (a: number, b: number) => boolean,
): number[] => {
  const best: number[] = []
  let least = Number.NEGATIVE_INFINITY
  for (let each = 0; each < count; each += 1) {
    if (getWorth(each) < least) continue
    if (best.length === limit) {
      if (!isAhead(each, best[limit - 1] as number)) continue // below its length
      best.pop()
    }
    let place = best.length
    while (place > 0 && isAhead(each, best[place - 1] as number)) place -= 1 // within its length
    best.splice(place, 0, each)
    if (best.length === limit) least = getWorth(best[limit - 1] as number)
  }
  return best
}

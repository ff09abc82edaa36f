/**
 * Selects the best of the numbers from 0 to `count` - 1, best first, without sorting them all; of two as good, the
 * smaller number. (pure)
 */
export const selectBest = (count: number, limit: number, getWorth: (each: number) => number): number[] => {
  const best: number[] = []
  const worths: number[] = []
  for (let each = 0; each < count; each += 1) {
    const worth = getWorth(each)
    if (best.length === limit) {
      if (worth <= (worths[limit - 1] as number)) continue // below its length
      best.pop()
      worths.pop()
    }
    let place = best.length
    while (place > 0 && worth > (worths[place - 1] as number)) place -= 1 // within its length
    best.splice(place, 0, each)
    worths.splice(place, 0, worth)
  }
  return best
}

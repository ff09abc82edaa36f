/** Windows counted independently, the slow and plain way: every read is kept with its moment, and added up when asked. */

const MINUTE = 60_000
/** What docs/redis-contract.md calls hour, day and week, with how finely each moves. */
const WINDOWS = [
  { name: 'hour', lasts: 60 * MINUTE, moves: MINUTE },
  { name: 'day', lasts: 24 * 60 * MINUTE, moves: 5 * MINUTE },
  { name: 'week', lasts: 7 * 24 * 60 * MINUTE, moves: 60 * MINUTE },
] as const

export type WindowName = (typeof WINDOWS)[number]['name']
export const windowNames: readonly WindowName[] = WINDOWS.map(({ name }) => name)

export const createCount = () => {
  // Reads of a minute are alike for every window.
  const minutes = new Map<number, Map<string, number>>()
  return {
    add(article: string, at: number): void {
      const minute = Math.floor(at / MINUTE)
      const reads = minutes.get(minute) ?? new Map<string, number>()
      reads.set(article, (reads.get(article) ?? 0) + 1)
      minutes.set(minute, reads)
    },
    /** Reads of each article in a window at a moment: its running step and those before it. */
    in(window: WindowName, now: number): Map<string, number> {
      const { lasts, moves } = WINDOWS.find(({ name }) => name === window) ?? WINDOWS[0]
      const from = (Math.floor(now / moves) + 1) * moves - lasts
      const sums = new Map<string, number>()
      for (const [minute, reads] of minutes) {
        if (minute * MINUTE < from) continue
        for (const [article, count] of reads) sums.set(article, (sums.get(article) ?? 0) + count)
      }
      return sums
    },
    forget(before: number): void {
      for (const minute of minutes.keys()) if (minute * MINUTE < before) minutes.delete(minute)
    },
  }
}

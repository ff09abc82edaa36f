/** Rate limits per client and minute, counted in this process. (pure but for the clock passed in) */

export interface Allowance {
  /** @returns 0 if granted, else seconds until the next attempt; refused amounts are not counted */
  take(who: string, amount: number): number
}

const MINUTE = 60_000

/** Maximum number of clients: above, all counts of the minute start anew, so that an attack cannot make memory grow. */
const MAX_CLIENTS = 100_000

export const createAllowance = ({
  perMinute,
  now,
}: {
  readonly perMinute: () => number
  readonly now: () => number
}): Allowance => {
  let minute = Number.NaN
  const used = new Map<string, number>()
  return {
    take(who, amount) {
      const at = now()
      const currentMinute = Math.floor(at / MINUTE)
      if (currentMinute !== minute || used.size >= MAX_CLIENTS) {
        used.clear()
        minute = currentMinute
      }
      const total = (used.get(who) ?? 0) + amount
      if (total > perMinute()) return Math.max(1, Math.ceil(((currentMinute + 1) * MINUTE - at) / 1_000))
      used.set(who, total)
      return 0
    },
  }
}

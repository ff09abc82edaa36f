/** How much each of many may do in a minute, counted in this process. (pure but for the clock passed in) */

export interface Allowance {
  /** @returns 0 where it is granted, else seconds until it may be asked again; what is refused is not counted */
  take(who: string, amount: number): number
}

const MINUTE = 60_000

/** Those remembered at a time: beyond it a minute's count starts anew for all, rather than memory growing with an attack. */
const MOST = 100_000

export const createAllowance = ({
  perMinute,
  now,
}: {
  readonly perMinute: () => number
  readonly now: () => number
}): Allowance => {
  let minute = Number.NaN
  const taken = new Map<string, number>()
  return {
    take(who, amount) {
      const at = now()
      const running = Math.floor(at / MINUTE)
      if (running !== minute || taken.size >= MOST) {
        taken.clear()
        minute = running
      }
      const wanted = (taken.get(who) ?? 0) + amount
      if (wanted > perMinute()) return Math.max(1, Math.ceil(((running + 1) * MINUTE - at) / 1_000))
      taken.set(who, wanted)
      return 0
    },
  }
}

/**
 * How cost grows with size: what a test of linear time asks, since no span of time holds on a busy machine. CPU time is compared with CPU
 * time, in turns, so that whatever else the machine does meets both.
 */

type Work = () => Promise<unknown> | unknown

const ROUNDS = 3

/** CPU time of each in ms, the least of a few rounds in which they take turns: anything else only ever adds. */
export const costs = async (works: readonly Work[]): Promise<number[]> => {
  const least = works.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, work] of works.entries()) {
      const started = process.cpuUsage()
      await work()
      const { user, system } = process.cpuUsage(started)
      least[index] = Math.min(least[index] ?? 0, (user + system) / 1_000)
    }
  return least
}

const FACTOR = 16
/** Quadratic cost would take 256 times as long for 16 times as much; linear takes 16. */
export const LINEAR = 100
/** ms that say nothing: a garbage collection takes as long. */
const NOTHING = 40

/** @returns how many times as much CPU time 16 times the work takes; 1 where even that takes none to speak of */
export const growth = async (work: (times: number) => Promise<unknown> | unknown, small: number): Promise<number> => {
  await work(small)
  const [few = 0, many = 0] = await costs([() => work(small), () => work(small * FACTOR)])
  return many < NOTHING ? 1 : many / Math.max(few, 1)
}

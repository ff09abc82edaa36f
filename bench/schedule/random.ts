/** Distributions over random numbers of a seed. (pure) */

export const exponential = (random: () => number, mean: number): number => -Math.log(1 - random()) * mean

/** Box and Muller. */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Knuth's for small means, rounded normal for large ones. */
export const poisson = (random: () => number, mean: number): number => {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/**
 * Scales counts to the bars of a sparkline, and draws one for the terminal; the admin UI draws its own as SVG. (pure)
 */

const BARS = ' ▁▂▃▄▅▆▇█'
const HEIGHT = BARS.length - 1

/**
 * Scales each count to a height relative to the greatest count.
 * @param least height of the smallest bar, so that 1 is visible beside 1,000; 0 stays 0
 */
export const scaleBars = (counts: readonly number[], height: number, least: number): number[] => {
  const most = Math.max(...counts, 1)
  return counts.map(count => (count <= 0 ? 0 : Math.max(least, (count / most) * height)))
}

/** One character for each number; 0 is blank. */
export const drawSparkline = (numbers: readonly number[]): string =>
  scaleBars(numbers, HEIGHT, 1)
    .map(height => BARS[Math.round(height)])
    .join('')

/**
 * A small chart of counts per day, as SVG. It has no inline styles, which the Content-Security-Policy forbids. (pure)
 */

import { scaleBars } from '../../../util/sparkline.ts'
import { type Html, html } from './html.ts'

const BAR = 3
const HEIGHT = 22
const LEAST = 1.5

/**
 * @param counts of days, oldest first
 * @param what is counted, such as `new articles`
 */
export const sparkline = (counts: readonly number[], what: string): Html => {
  const highest = Math.max(...counts, 0)
  const sum = counts.reduce((total, count) => total + count, 0)
  const description = `${sum} ${what} in ${counts.length} days, ${highest} on the busiest, ${counts.at(-1) ?? 0} today`
  const width = counts.length * BAR
  const bars = scaleBars(counts, HEIGHT, LEAST)
    .map((high, day) => (high === 0 ? '' : `M${day * BAR} ${HEIGHT}v${(-high).toFixed(1)}h${BAR - 1}V${HEIGHT}z`))
    .join('')
  return html`<svg class="spark" role="img" aria-label="${description}" width="${width}" height="${HEIGHT + 1}" viewBox="0 0 ${width} ${HEIGHT + 1}"><title>${description}</title><path class="spark-base" d="M0 ${HEIGHT + 0.5}h${width}"/><path class="spark-bars" d="${bars}"/></svg>`
}

/**
 * Plots as SVG: axes with labels, a description for screen readers, and the same hours as a table. Lines differ by
 * dashes as well as by colour. Only attributes and classes, since the policy forbids inline styles. (pure)
 */

import { type Html, html } from './html.ts'
import { table } from './table.ts'

export interface Series {
  readonly name: string
  /** Oldest first; null where nothing is known: the line has a gap. */
  readonly points: readonly (readonly [at: number, value: number | null])[]
}

export interface Plot {
  readonly id: string
  readonly title: string
  /** The unit of the values, such as `jobs`. */
  readonly unit: string
  readonly series: readonly Series[]
  /** Start and end, ms since the epoch. */
  readonly from: number
  readonly to: number
}

const WIDTH = 560
const HEIGHT = 190
const LEFT = 52
const BOTTOM = 24
const TOP = 10
const RIGHT = 8
const HOUR = 3_600_000
const X_LABELS_EVERY = 4 * HOUR

/** The upper end of an axis: the next of 1, 2, 5 times a power of ten. */
export const ceiling = (highest: number): number => {
  if (highest <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  return ([1, 2, 5, 10].find(step => step * power >= highest) ?? 10) * power
}

export const short = (value: number): string =>
  value >= 1e6
    ? `${+(value / 1e6).toPrecision(3)} M`
    : value >= 1e4
      ? `${+(value / 1e3).toPrecision(3)} k`
      : String(+value.toPrecision(3))

const listValues = ({ points }: Series): number[] => points.flatMap(([, value]) => (value === null ? [] : [value]))

const drawLine = ({ points }: Series, x: (at: number) => number, y: (value: number) => number): string => {
  let isDown = false
  return points
    .map(([at, value]) => {
      const move = value === null ? '' : `${isDown ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`
      isDown = value !== null
      return move
    })
    .join('')
}

/** Describes a plot in words. */
const describe = ({ title, unit, series }: Plot): string =>
  [
    `${title} over the last day.`,
    ...series.map(each => {
      const values = listValues(each)
      const highest = Math.max(0, ...values)
      return values.length === 0
        ? `${each.name}: nothing known.`
        : `${each.name}: ${short(values.at(-1) ?? 0)} ${unit} now, ${short(highest)} at most.`
    }),
  ].join(' ')

/** The highest value of each hour: a day of samples is too long for a table. */
const byHour = ({ series, from, to }: Plot): { hour: number; highest: (number | null)[] }[] => {
  const first = Math.floor(from / HOUR)
  return Array.from({ length: Math.floor(to / HOUR) - first + 1 }, (_, index) => {
    const hour = (first + index) * HOUR
    const highest = series.map(({ points }) => {
      const within = points.flatMap(([at, value]) => (at >= hour && at < hour + HOUR && value !== null ? [value] : []))
      return within.length === 0 ? null : Math.max(...within)
    })
    return { hour, highest }
  }).filter(({ highest }) => highest.some(value => value !== null))
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 16)

export const plot = (wanted: Plot): Html => {
  const { id, title, unit, series, from, to } = wanted
  const top = ceiling(Math.max(0, ...series.flatMap(listValues)))
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (WIDTH - LEFT - RIGHT)
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP)
  const firstLabel = Math.ceil(from / X_LABELS_EVERY) * X_LABELS_EVERY
  const hours = Array.from(
    { length: Math.max(0, Math.floor((to - firstLabel) / X_LABELS_EVERY) + 1) },
    (_, index) => firstLabel + index * X_LABELS_EVERY,
  )
  const grid = [0, top / 2, top].map(
    value =>
      html`<path class="grid" d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
  )
  const labels = hours.map(
    at => html`<text x="${x(at).toFixed(1)}" y="${HEIGHT - 6}" text-anchor="middle">${clock(at)}</text>`,
  )
  const rows = byHour(wanted)
  return html`<figure class="plot"><figcaption>${title} <span class="soft">${unit}, hours in UTC</span></figcaption>
<svg role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${WIDTH} ${HEIGHT}"><title id="${id}-title">${title}</title><desc id="${id}-desc">${describe(wanted)}</desc>${grid}${labels}${series.map((each, place) => html`<path class="line line-${place}" d="${drawLine(each, x, y)}"/>`)}</svg>
${
  series.length > 1
    ? html`<ul class="legend">${series.map(({ name }, place) => html`<li><svg aria-hidden="true" width="30" height="10" viewBox="0 0 30 10"><path class="line line-${place}" d="M0 5H30"/></svg> ${name}</li>`)}</ul>`
    : null
}<details><summary>As a table</summary>${
    rows.length === 0
      ? html`<p>Nothing is known yet: a sample is kept each minute.</p>`
      : table(
          `${title}, the highest value of each hour, ${unit}`,
          [
            { title: 'Hour, UTC', heads: true, cell: ({ hour }) => new Date(hour).toISOString().slice(0, 16) },
            ...series.map(({ name }, place) => ({
              title: name,
              kind: 'number' as const,
              cell: ({ highest }: { highest: (number | null)[] }) => {
                const value = highest[place]
                return value === null || value === undefined ? '' : short(value)
              },
            })),
          ],
          rows,
        )
  }</details></figure>\n`
}

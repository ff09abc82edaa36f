/** Mean delay against requests, both in logarithms, as a small SVG. */

import type { Row } from './report.ts'

const WIDTH = 640
const HEIGHT = 400
const MARGIN = { left: 60, right: 20, top: 20, bottom: 50 }
const X = { from: 2, to: 130, ticks: [2, 4, 8, 16, 32, 64, 128] }
const Y = { from: 2, to: 320, ticks: [2.5, 5, 10, 20, 40, 80, 160, 320] }

const place = (value: number, { from, to }: { from: number; to: number }): number =>
  Math.log(value / from) / Math.log(to / from)
const x = (requests: number): number => MARGIN.left + place(requests, X) * (WIDTH - MARGIN.left - MARGIN.right)
const y = (mean: number): number => HEIGHT - MARGIN.bottom - place(mean, Y) * (HEIGHT - MARGIN.top - MARGIN.bottom)

const drawLine = (points: readonly Pick<Row, 'requests' | 'mean'>[]): string =>
  points
    .toSorted((a, b) => a.requests - b.requests)
    .map(({ requests, mean }) => `${x(requests).toFixed(1)},${y(mean).toFixed(1)}`)
    .join(' ')

/** The least mean with rates known is dashed, with hours known too dotted. */
export const plot = (rows: readonly Row[], curve: readonly Row[]): string => {
  const line = drawLine(curve.map(({ requests, mean }) => ({ requests, mean })))
  const optima = (curve[0]?.known ?? []).map((_, index) =>
    drawLine(curve.map(({ requests, known }) => ({ requests, mean: known[index] ?? Number.NaN }))),
  )
  const ticks = [
    ...X.ticks.map(at => `<text x="${x(at).toFixed(0)}" y="${HEIGHT - 30}" text-anchor="middle">${at}</text>`),
    ...Y.ticks.map(
      at =>
        `<path d="M${MARGIN.left} ${y(at).toFixed(1)}H${WIDTH - MARGIN.right}" stroke="#ddd"/><text x="${MARGIN.left - 8}" y="${(y(at) + 4).toFixed(1)}" text-anchor="end">${at}</text>`,
    ),
  ]
  const dots = rows.map(({ policy, requests, mean }) => {
    const isOwn = policy === 'newsdesk'
    const [cx, cy] = [x(requests).toFixed(1), y(mean).toFixed(1)]
    const label = isOwn
      ? `x="${Number(cx) - 8}" y="${Number(cy) + 16}" text-anchor="end" font-weight="bold"`
      : `x="${Number(cx) + 8}" y="${Number(cy) - 6}" text-anchor="${requests > 50 ? 'middle' : 'start'}"`
    return `<circle cx="${cx}" cy="${cy}" r="5" fill="${isOwn ? '#c2185b' : '#546e7a'}"/><text ${label}>${policy}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${ticks.join('\n')}
${optima.map((points, index) => `<polyline points="${points}" fill="none" stroke="#1b5e20" stroke-dasharray="${index === 0 ? '6 4' : '2 3'}"/>`).join('\n')}
<polyline points="${line}" fill="none" stroke="#c2185b" stroke-width="2"/>
${dots.join('\n')}
${(curve[0]?.known.length ?? 0) > 1 ? '<text x="70" y="325" fill="#1b5e20">least with rates known dashed, with hours known dotted</text>' : ''}
<text x="${WIDTH / 2}" y="${HEIGHT - 8}" text-anchor="middle">requests a source and day</text>
<text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">mean delay, minutes</text>
</svg>
`
}

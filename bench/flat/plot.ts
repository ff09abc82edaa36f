/** Small line plots side by side: what something costs against how much there is, the latter in logarithms. (pure) */

export interface Panel {
  readonly title: string
  readonly unit: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const WIDTH = 320
const HEIGHT = 220
const MARGIN = { left: 52, right: 16, top: 34, bottom: 34 }
const ACROSS = 3

const short = (value: number): string =>
  value >= 1_000_000 ? `${value / 1_000_000}M` : value >= 1_000 ? `${value / 1_000}k` : `${value}`
const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const panelOf = ({ title, unit, points }: Panel, left: number, top: number): string => {
  const xs = points.map(({ x }) => Math.log(x))
  const [least, most] = [Math.min(...xs), Math.max(...xs)]
  const highest = Math.max(...points.map(({ y }) => y)) * 1.2 || 1
  const place = ({ x, y }: { x: number; y: number }): [number, number] => [
    left + MARGIN.left + ((Math.log(x) - least) / (most - least || 1)) * (WIDTH - MARGIN.left - MARGIN.right),
    top + HEIGHT - MARGIN.bottom - (y / highest) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  ]
  const placed = points.map(point => ({ point, at: place(point) }))
  return [
    `<text x="${left + MARGIN.left}" y="${top + 20}" font-weight="bold">${title}</text>`,
    `<path d="M${left + MARGIN.left} ${top + MARGIN.top}V${top + HEIGHT - MARGIN.bottom}H${left + WIDTH - MARGIN.right}" fill="none" stroke="#999"/>`,
    `<text x="${left + MARGIN.left - 6}" y="${top + HEIGHT - MARGIN.bottom + 4}" text-anchor="end">0</text>`,
    `<text x="${left + MARGIN.left - 6}" y="${top + MARGIN.top + 4}" text-anchor="end">${unit}</text>`,
    `<polyline points="${placed.map(({ at: [x, y] }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="none" stroke="#c2185b" stroke-width="2"/>`,
    ...placed.flatMap(({ point, at: [x, y] }) => [
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="#c2185b"/>`,
      `<text x="${x.toFixed(1)}" y="${(y - 8).toFixed(1)}" text-anchor="middle">${figure(point.y)}</text>`,
      `<text x="${x.toFixed(1)}" y="${top + HEIGHT - 14}" text-anchor="middle" fill="#666">${short(point.x)}</text>`,
    ]),
  ].join('\n')
}

/** @returns an SVG document */
export const plotPanels = (panels: readonly Panel[]): string => {
  const rows = Math.ceil(panels.length / ACROSS)
  const [width, height] = [WIDTH * Math.min(ACROSS, panels.length), HEIGHT * rows]
  const drawn = panels.map((panel, n) => panelOf(panel, (n % ACROSS) * WIDTH, Math.floor(n / ACROSS) * HEIGHT))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<rect width="${width}" height="${height}" fill="#fff"/>
${drawn.join('\n')}
</svg>
`
}

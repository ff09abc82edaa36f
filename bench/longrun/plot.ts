/** Memory over the hours of the long run, as a small SVG: one line a series, each to the scale of its own largest value. (pure) */

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 320, 20, 190, 20, 40]
const COLOURS = ['#c2185b', '#00796b', '#546e7a', '#f57c00']

export interface Series {
  readonly name: string
  readonly values: readonly number[]
}

/** @param warm hours until it may be expected to be flat */
export const plotMemory = (series: readonly Series[], warm: number): string => {
  const hours = Math.max(...series.map(({ values }) => values.length))
  const x = (hour: number) => LEFT + (hour / Math.max(1, hours - 1)) * (WIDTH - LEFT - RIGHT)
  const lines = series.map(({ name, values }, index) => {
    const most = Math.max(...values)
    const y = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM)
    const points = values.map((value, hour) => `${x(hour).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    const label = `${name}: ${most.toFixed(0)} MB at most`
    return `<polyline points="${points}" fill="none" stroke="${COLOURS[index]}" stroke-width="2"/><text x="${WIDTH - RIGHT + 8}" y="${TOP + 14 + index * 18}" fill="${COLOURS[index]}">${label}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<path d="M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" stroke="#999"/>
<path d="M${x(warm).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#bbb" stroke-dasharray="4"/>
<text x="${x(warm).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">warm: ${warm} h</text>
<text x="${(x(hours - 1)).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="end">${hours} h</text>
${lines.join('\n')}
</svg>
`
}

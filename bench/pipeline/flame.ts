/** A CPU profile as a flame graph, hottest stacks widest, coloured by whose code it is (Gregg, The Flame Graph, CACM 2016). (pure) */

/** As the inspector's Profiler gives it. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[] | undefined
  }[]
  readonly samples?: readonly number[] | undefined
  /** Microseconds before each sample. */
  readonly timeDeltas?: readonly number[] | undefined
}

interface Frame {
  readonly name: string
  readonly owner: string
  /** Microseconds, those of its callees included. */
  total: number
  readonly callees: Map<string, Frame>
}

const WIDTH = 1_200
const ROW = 16
/** Narrower ones are left out, and so is what they call. */
const LEAST = 0.6
const CHARACTER = 6.4

/** By folder of newsdesk, or by package. */
const COLOURS: Readonly<Record<string, string>> = {
  stories: '#e57373',
  lists: '#ffb74d',
  articles: '#ffd54f',
  sections: '#aed581',
  feeds: '#81c784',
  sources: '#4db6ac',
  jobs: '#90a4ae',
  queues: '#90a4ae',
  ioredis: '#7986cb',
  redis: '#7986cb',
  bullmq: '#9575cd',
  undici: '#64b5f6',
  'http-client': '#64b5f6',
  node: '#cfd8dc',
  gc: '#f06292',
}
const OTHER = '#e0e0e0'

const ownerOf = (url: string, name: string): string => {
  if (name === '(garbage collector)') return 'gc'
  const folder = /\/(?:src\/([\w-]+)|(jobs))\//.exec(url)
  if (folder && !url.includes('node_modules')) return folder[1] ?? folder[2] ?? ''
  return /node_modules\/(\w+)/.exec(url)?.[1] ?? (url.startsWith('node:') ? 'node' : '')
}

const IDLE = new Set(['(idle)', '(program)', 'dispatch'])

const treeOf = ({ nodes, samples = [], timeDeltas = [] }: CpuProfile): Frame => {
  const own = new Map<number, number>()
  for (const [index, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  const byId = new Map(nodes.map(node => [node.id, node]))
  const root: Frame = { name: 'all', owner: '', total: 0, callees: new Map() }
  const walk = (id: number, into: Frame): number => {
    const node = byId.get(id)
    if (!node || IDLE.has(node.callFrame.functionName)) return 0
    const { functionName, url, lineNumber } = node.callFrame
    const file = url.slice(url.lastIndexOf('/') + 1)
    const name = `${functionName || '(anonymous)'}${file ? ` ${file}:${lineNumber + 1}` : ''}`
    const frame = into.callees.get(name) ?? { name, owner: ownerOf(url, functionName), total: 0, callees: new Map() }
    into.callees.set(name, frame)
    const total = (own.get(id) ?? 0) + (node.children ?? []).reduce((sum, child) => sum + walk(child, frame), 0)
    frame.total += total
    return total
  }
  const [first] = nodes
  for (const child of first?.children ?? []) root.total += walk(child, root)
  return root
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, each => `&#${each.charCodeAt(0)};`)

/** @returns an SVG document; each frame tells its share when pointed at */
export const flameGraph = (profile: CpuProfile, title: string): string => {
  const root = treeOf(profile)
  const boxes: string[] = []
  let deepest = 0
  const draw = (frame: Frame, left: number, depth: number): void => {
    const width = (frame.total / (root.total || 1)) * WIDTH
    if (width < LEAST) return
    deepest = Math.max(deepest, depth)
    const fits = Math.floor((width - 4) / CHARACTER)
    const label = fits > 3 ? escaped(frame.name.slice(0, fits)) : ''
    const share = ((frame.total / (root.total || 1)) * 100).toFixed(1)
    const top = 30 + depth * ROW
    boxes.push(
      `<g><title>${escaped(frame.name)}: ${share} %, ${(frame.total / 1_000).toFixed(0)} ms</title><rect x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${COLOURS[frame.owner] ?? OTHER}"/>${label ? `<text x="${(left + 2).toFixed(1)}" y="${top + 12}">${label}</text>` : ''}</g>`,
    )
    let at = left
    for (const callee of [...frame.callees.values()].sort((a, b) => b.total - a.total)) {
      draw(callee, at, depth + 1)
      at += (callee.total / (root.total || 1)) * WIDTH
    }
  }
  draw(root, 0, 0)
  const height = 30 + (deepest + 1) * ROW + 24
  const legend = Object.entries(COLOURS).map(
    ([owner, colour], n) =>
      `<rect x="${n * 92 + 4}" y="${height - 18}" width="12" height="12" fill="${colour}"/><text x="${n * 92 + 20}" y="${height - 8}">${owner}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-monospace, monospace" font-size="11" fill="#222">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="4" y="18" font-size="13">${escaped(title)}: ${(root.total / 1_000).toFixed(0)} ms of CPU</text>
${boxes.join('\n')}
${legend.join('\n')}
</svg>
`
}

/** Parses the attribute `srcset` (HTML, 4.8.4.3.12): addresses with a width or a density each. (pure) */

export interface SourceInSet {
  readonly url: string
  /** Pixels; null if it has a density or nothing. */
  readonly width: number | null
  /** 1 if it has none. */
  readonly density: number
}

/** No page offers more sizes of a picture. */
const MAX_SOURCES = 40

export const parseSrcset = (written: string): SourceInSet[] => {
  const sources: SourceInSet[] = []
  const words = written.trim().split(/\s+/)
  let url: string | null = null
  const add = (descriptor: string): void => {
    const [, number = '1', unit = 'x'] = /^(\d{1,6}(?:\.\d{1,6})?)([wx])$/i.exec(descriptor) ?? []
    const isWidth = unit.toLowerCase() === 'w'
    if (url) sources.push({ url, width: isWidth ? Number(number) : null, density: isWidth ? 1 : Number(number) })
    url = null
  }
  for (const word of words) {
    if (sources.length >= MAX_SOURCES) break
    // An address may contain commas but not end with one; a descriptor ends at its comma, and the next may follow it.
    if (url === null) {
      url = word.replace(/^,{1,9}/, '')
      if (url.endsWith(',')) {
        url = url.replace(/,{1,9}$/, '')
        add('')
      }
      continue
    }
    const comma = word.indexOf(',')
    add(comma < 0 ? word : word.slice(0, comma))
    if (comma >= 0 && comma < word.length - 1) url = word.slice(comma + 1)
  }
  add('')
  return sources
}

/** The widest, or else the densest. */
export const findWidest = (sources: readonly SourceInSet[]): SourceInSet | null =>
  sources.reduce<SourceInSet | null>((best, each) => {
    if (best === null) return each
    const wider = (each.width ?? 0) - (best.width ?? 0)
    return wider > 0 || (wider === 0 && each.density > best.density) ? each : best
  }, null)

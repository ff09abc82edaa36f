/**
 * Scores newsdesk's feed reader on a folder of documents with known facts: `npm run conformance -- <folder> [--misses]
 * [--beside]`. The folder contains `facts.jsonl` (one { path, contentType, items: [{ title, link, id, published }] }
 * per line) and `files/`. `--misses` prints each missed fact, `--beside` scores the feed parsers of npm in the same
 * way.
 */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseFeed } from '../src/feeds/index.ts'
import { plainText } from '../src/util/plain-text.ts'
import { OTHERS } from './other-readers.ts'

const FACTS = ['title', 'link', 'id', 'published'] as const
type Fact = (typeof FACTS)[number]
export type Facts = Readonly<Record<Fact, string | null>>
type Reader = (bytes: Buffer, contentType: string | null) => Promise<readonly Facts[]>

interface Line {
  readonly path: string
  readonly contentType: string | null
  readonly items: readonly Facts[]
}
interface Score {
  threw: number
  readonly cells: Readonly<Record<Fact | 'count', { right: number; all: number }>>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { misses: { type: 'boolean', default: false }, beside: { type: 'boolean', default: false } },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('usage: npm run conformance -- <folder with facts.jsonl and files/> [--misses] [--beside]')
  process.exit(2)
}

/** Normalises a moment, however its ISO form is written. */
const same = (fact: Fact, wanted: string, got: string | null): boolean =>
  got === wanted || (fact === 'published' && got !== null && Date.parse(got) === Date.parse(wanted))

const scored = (): Score => {
  const cell = () => ({ right: 0, all: 0 })
  return { threw: 0, cells: { count: cell(), title: cell(), link: cell(), id: cell(), published: cell() } }
}

/** Scores a reader on one document. @returns the facts it missed, in words */
const judge = (score: Score, wanted: readonly Facts[], found: readonly Facts[] | Error): string[] => {
  const misses: string[] = []
  const count = (fact: Fact | 'count', right: boolean, miss: () => string) => {
    score.cells[fact].all += 1
    if (right) score.cells[fact].right += 1
    else if (!(found instanceof Error)) misses.push(miss())
  }
  if (found instanceof Error && wanted.length > 0) {
    score.threw += 1
    misses.push(`threw: ${found.message}`)
  }
  const items = found instanceof Error ? [] : found
  const counted = found instanceof Error ? wanted.length === 0 : items.length === wanted.length
  count('count', counted, () => `items: ${items.length}, not ${wanted.length}`)
  for (const [index, item] of wanted.entries()) {
    for (const fact of FACTS) {
      const value = item[fact]
      if (value === null) continue
      const got = items[index]?.[fact] ?? null
      count(
        fact,
        same(fact, value, got),
        () => `[${index}].${fact}: ${JSON.stringify(got)}, not ${JSON.stringify(value)}`,
      )
    }
  }
  return misses
}

const READERS: Readonly<Record<string, Reader>> = {
  newsdesk: async (bytes, contentType) => (await parseFeed(bytes, { contentType })).items,
  ...(values.beside ? OTHERS(plainText) : {}),
}

const lines = (await readFile(join(folder, 'facts.jsonl'), 'utf8'))
  .split('\n')
  .filter(Boolean)
  .map(line => JSON.parse(line) as Line) // the format is this script's own, described above
const scores = new Map(Object.keys(READERS).map(name => [name, scored()]))
for (const { path, contentType, items } of lines) {
  const bytes = await readFile(join(folder, 'files', path))
  for (const [name, read] of Object.entries(READERS)) {
    const found = await read(bytes, contentType).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    )
    const score = scores.get(name)
    const misses = score ? judge(score, items, found) : []
    if (values.misses && name === 'newsdesk' && misses.length > 0) console.log(`${path}\n  ${misses.join('\n  ')}`)
  }
}

const percent = ({ right, all }: { right: number; all: number }) => `${((100 * right) / Math.max(all, 1)).toFixed(2)} %`
const own = scores.get('newsdesk')?.cells
console.log(`\n${lines.length} documents\n`)
const columns = ['count', ...FACTS, 'all'] as const
console.log(`${'reader'.padEnd(28)}${columns.map(name => name.padStart(12)).join('')}${'threw'.padStart(8)}`)
console.log(
  `${'  of'.padEnd(28)}${columns.map(name => String(own ? (name === 'all' ? Object.values(own).reduce((sum, { all }) => sum + all, 0) : own[name].all) : 0).padStart(12)).join('')}`,
)
for (const [name, { cells, threw }] of scores) {
  const all = Object.values(cells).reduce((sum, cell) => ({ right: sum.right + cell.right, all: sum.all + cell.all }), {
    right: 0,
    all: 0,
  })
  const row = columns.map(column => percent(column === 'all' ? all : cells[column]).padStart(12))
  console.log(`${name.padEnd(28)}${row.join('')}${String(threw).padStart(8)}`)
}

/**
 * Scores newsdesk's feed reader on a folder of documents with known facts: `npm run conformance -- <folder> [--misses]
 * [--beside]`. The folder contains `facts.jsonl` (one { path, contentType, items: [{ title, link, id, published }] }
 * per line) and `files/`. Authors, categories, pictures, texts and enclosures are scored against reference.jsonl, as
 * far as it knows the documents. `--misses` prints each missed fact, `--beside` scores the feed parsers of npm in the
 * same way.
 */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ParsedItem, parseFeed } from '../src/feeds/index.ts'
import { plainText } from '../src/util/plain-text.ts'
import { OTHERS } from './other-readers.ts'
import { DETAILS, type Detail, type Details, holds, readReference, type Wanted } from './reference.ts'

const FACTS = ['title', 'link', 'id', 'published'] as const
type Fact = (typeof FACTS)[number]
type Facts = Readonly<Record<Fact, string | null>>
export type FoundItem = Facts & { readonly details: Details }
type Reader = (bytes: Buffer, contentType: string | null) => Promise<readonly FoundItem[]>

interface Line {
  readonly path: string
  readonly contentType: string | null
  readonly items: readonly Facts[]
}
type Column = 'count' | Fact | Detail
interface Score {
  threw: number
  readonly cells: Readonly<Record<Column, { right: number; all: number }>>
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

const BASIC: readonly Column[] = ['count', ...FACTS]
const emptyScore = (): Score => ({
  threw: 0,
  cells: Object.fromEntries([...BASIC, ...DETAILS].map(name => [name, { right: 0, all: 0 }])) as Score['cells'], // all columns
})

/** Scores a reader on one document. @returns the facts it missed, in words */
const judge = (
  score: Score,
  wanted: readonly Facts[],
  details: readonly Wanted[],
  found: readonly FoundItem[] | Error,
): string[] => {
  const misses: string[] = []
  const count = (column: Column, right: boolean, miss: () => string) => {
    score.cells[column].all += 1
    if (right) score.cells[column].right += 1
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
  for (const each of details) {
    const item = items[each.item]
    count(
      each.fact,
      item !== undefined && holds(item.details, each),
      () => `[${each.item}].${each.fact}: ${JSON.stringify(item?.details[each.fact])}, against ${each.rule}`,
    )
  }
  return misses
}

const field = (value: string | null | undefined): string[][] => (value ? [[value]] : [])

const found = (item: ParsedItem): FoundItem => ({
  ...item,
  details: {
    authors: [(item.authors ?? []).map(({ name }) => name)],
    categories: [item.categories],
    image: field(item.image),
    summary: field(item.summary),
    // null where the text is no more than the summary.
    content: field(item.content?.text ?? item.summary),
    // The reference counts recordings: pictures are in `images`.
    enclosures: [(item.enclosures ?? []).flatMap(({ url, type }) => (type?.startsWith('image/') ? [] : [url]))],
  },
})

const READERS: Readonly<Record<string, Reader>> = {
  newsdesk: async (bytes, contentType) => (await parseFeed(bytes, { contentType, content: 'text' })).items.map(found),
  ...(values.beside ? OTHERS(plainText) : {}),
}

const lines = (await readFile(join(folder, 'facts.jsonl'), 'utf8'))
  .split('\n')
  .filter(Boolean)
  .map(line => JSON.parse(line) as Line) // the format is this script's own, described above
const reference = await readReference()
const scores = new Map(Object.keys(READERS).map(name => [name, emptyScore()]))
for (const { path, contentType, items } of lines) {
  const bytes = await readFile(join(folder, 'files', path))
  for (const [name, read] of Object.entries(READERS)) {
    const found = await read(bytes, contentType).catch((error: unknown) =>
      error instanceof Error ? error : new Error(String(error)),
    )
    const score = scores.get(name)
    const misses = score ? judge(score, items, reference.get(path) ?? [], found) : []
    if (values.misses && name === 'newsdesk' && misses.length > 0) console.log(`${path}\n  ${misses.join('\n  ')}`)
  }
}

const percent = ({ right, all }: { right: number; all: number }) => `${((100 * right) / Math.max(all, 1)).toFixed(2)} %`
const total = ({ cells }: Score, columns: readonly Column[]) =>
  columns.reduce((sum, name) => ({ right: sum.right + cells[name].right, all: sum.all + cells[name].all }), {
    right: 0,
    all: 0,
  })
const print = (columns: readonly Column[]) => {
  const row = (label: string, cells: readonly string[], threw: string) =>
    console.log(`${label.padEnd(28)}${cells.map(cell => cell.padStart(12)).join('')}${threw.padStart(8)}`)
  const own = scores.get('newsdesk') ?? emptyScore()
  console.log()
  row('reader', [...columns, 'all'], 'threw')
  row('  of', [...columns.map(name => String(own.cells[name].all)), String(total(own, columns).all)], '')
  for (const [name, score] of scores) {
    const all = percent(total(score, columns))
    row(name, [...columns.map(column => percent(score.cells[column])), all], String(score.threw))
  }
}
console.log(
  `\n${lines.length} documents, ${lines.filter(({ path }) => reference.has(path)).length} of them in reference.jsonl`,
)
print(BASIC)
print(DETAILS)

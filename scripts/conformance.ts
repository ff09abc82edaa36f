/**
 * Scores newsdesk's feed reader on a folder of documents with known facts: `npm run conformance -- <folder> [--misses]`.
 * The folder holds `facts.jsonl` ({ path, contentType, items: [{ title, link, id, published }] } a line) and `files/`.
 */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseFeed } from '../src/feed/index.ts'

const FACTS = ['title', 'link', 'id', 'published'] as const

interface Line {
  readonly path: string
  readonly contentType: string | null
  readonly items: readonly Readonly<Record<(typeof FACTS)[number], string | null>>[]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { misses: { type: 'boolean', default: false } },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('usage: npm run conformance -- <folder with facts.jsonl and files/> [--misses]')
  process.exit(2)
}

/** The same moment, however its ISO form is spelt. */
const same = (fact: string, wanted: string, got: string | null): boolean =>
  got === wanted || (fact === 'published' && got !== null && Date.parse(got) === Date.parse(wanted))

const lines = (await readFile(join(folder, 'facts.jsonl'), 'utf8'))
  .split('\n')
  .filter(Boolean)
  .map(line => JSON.parse(line) as Line)
const score = Object.fromEntries(['count', ...FACTS].map(fact => [fact, { right: 0, all: 0 }]))
const count = (fact: string, right: boolean) => {
  const cell = score[fact]
  if (!cell) return
  cell.all += 1
  cell.right += Number(right)
}
let threw = 0
for (const { path, contentType, items } of lines) {
  const bytes = await readFile(join(folder, 'files', path))
  const parsed = await parseFeed(bytes, { contentType }).catch((error: Error) => error)
  const failed = parsed instanceof Error
  if (failed && items.length > 0) {
    threw += 1
    if (values.misses) console.log(`${path}\n  threw: ${parsed.message}`)
  }
  const found = failed ? [] : parsed.items
  const counted = failed ? items.length === 0 : found.length === items.length
  count('count', counted)
  if (!counted && values.misses) console.log(`${path}\n  items: ${found.length}, not ${items.length}`)
  for (const [index, item] of items.entries()) {
    for (const fact of FACTS) {
      const wanted = item[fact]
      if (wanted === null) continue
      const got = found[index]?.[fact] ?? null
      const right = same(fact, wanted, got)
      count(fact, right)
      if (!right && values.misses && !failed)
        console.log(`${path}\n  [${index}].${fact}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`)
    }
  }
}
const total = Object.values(score).reduce((sum, { right, all }) => ({ right: sum.right + right, all: sum.all + all }), {
  right: 0,
  all: 0,
})
const percent = ({ right, all }: { right: number; all: number }) => `${((100 * right) / Math.max(all, 1)).toFixed(2)} %`
console.log(`\n${lines.length} documents, ${threw} threw though they hold items\n`)
for (const [fact, cell] of [...Object.entries(score), ['all', total] as const]) {
  console.log(
    `${fact.padEnd(10)} ${String(cell.right).padStart(6)} of ${String(cell.all).padStart(6)}  ${percent(cell)}`,
  )
}

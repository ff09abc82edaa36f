/**
 * Compares reading new items with reading everything, on every document of a folder: `npm run conformance:partial --
 * <folder>`. For each document that can be split into items: with no item known, all, each alone, and every second one,
 * the items read must be those of the full reading minus the known ones.
 */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readFeed } from '../src/feeds/read.ts'
import { readNewItems } from '../src/sources/items/read-new-items.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run conformance:partial -- <folder of feed documents>')
  process.exit(2)
}

/** Sets of known items, for a document with this many items. */
const knownOf = (count: number): readonly (readonly number[])[] => [
  [],
  Array.from({ length: count }, (_, index) => index),
  Array.from({ length: count }, (_, index) => index).filter(index => index % 2 === 0),
  ...Array.from({ length: Math.min(count, 30) }, (_, index) => [index]),
]

const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter(entry => entry.isFile())
  .map(entry => join(entry.parentPath, entry.name))
let [apart, readings] = [0, 0]
const wrong: string[] = []
for (const file of files) {
  const bytes = await readFile(file)
  const all = await readFeed(bytes)
  const first = await readNewItems(bytes, { known: new Set() })
  if (all.kind !== 'feed' || first.kind !== 'feed') {
    if (all.kind !== first.kind) wrong.push(`${file}: ${all.kind}, but ${first.kind}`)
    continue
  }
  const { itemHashes } = first
  if (itemHashes === null) {
    if (!isDeepStrictEqual(first.feed.items, all.feed.items)) wrong.push(`${file}: not split, yet other items`)
    continue
  }
  apart += 1
  for (const indices of knownOf(itemHashes.length)) {
    const known = new Set(indices.map(index => itemHashes[index] ?? ''))
    const some = await readNewItems(bytes, { known })
    const wanted = all.feed.items.filter((_, index) => !known.has(itemHashes[index] ?? ''))
    readings += 1
    if (some.kind !== 'feed' || !isDeepStrictEqual(some.feed.items, some.itemHashes === null ? all.feed.items : wanted))
      wrong.push(`${file}: with items ${indices.join(', ') || 'none'} known`)
  }
  if (process.stderr.isTTY) process.stderr.write(`\r${apart} documents, ${readings} readings`)
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
for (const line of wrong) console.log(line)
console.log(
  `${files.length} documents, ${apart} of them split, ${readings} readings of what is new: ${wrong.length} differ from the full reading`,
)
process.exitCode = wrong.length > 0 ? 1 : 0

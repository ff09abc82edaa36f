/**
 * Mutates feeds and checks the reader's guarantees: `npm run fuzz -- [folder] [--seconds 60] [--seed 1]`. Without a
 * folder it starts with documents made here. Reproducible: the same seed and documents give the same inputs. A failing
 * input is minimised and saved in the system's temporary folder.
 */

import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '../src/util/seeded-random.ts'
import { everyFormat } from '../tests/feeds/build.ts'
import { mutate } from '../tests/fuzz/mutate.ts'
import { brokenPromises } from '../tests/fuzz/promises.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
})
const [folder] = positionals
const [seconds, seed] = [Number(values.seconds), Number(values.seed)]
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run fuzz -- [folder] [--seconds 60] [--seed 1]; seconds above 0, seed a whole number')
  process.exit(2)
}

/** Initial documents; those beyond 200 KB would only be slow. */
const documentsIn = async (from: string): Promise<Buffer[]> => {
  const entries = await readdir(from, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  const contents = await Promise.all(paths.map(path => readFile(path)))
  return contents.filter(({ length }) => length > 0 && length < 200_000)
}

const documents = [
  ...Object.values(everyFormat()).map(text => Buffer.from(text)),
  ...(folder === undefined ? [] : await documentsIn(folder)),
]
const pick = (random: () => number): Buffer =>
  documents[Math.floor(random() * documents.length)] ?? Buffer.from('<rss/>')

/**
 * Minimises an input that still fails: leaves out halves, quarters and so on (delta debugging, Zeller and Hildebrandt
 * 2002).
 */
const minimised = async (bytes: Buffer): Promise<Buffer> => {
  const until = performance.now() + 20_000
  let smallest = bytes
  for (let parts = 2; parts <= Math.min(smallest.length, 4_096) && performance.now() < until; ) {
    const size = Math.ceil(smallest.length / parts)
    let shrunk = false
    for (let at = 0; at < smallest.length && performance.now() < until; at += size) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)])
      if ((await brokenPromises(without)).length > 0) {
        smallest = without
        shrunk = true
        break
      }
    }
    parts = shrunk ? Math.max(2, parts - 1) : parts * 2
  }
  return smallest
}

const started = performance.now()
const failures = new Map<string, string>()
let kept: string | undefined
let [inputs, failed, told] = [0, 0, started]
for (; performance.now() - started < seconds * 1_000; inputs += 1) {
  const random = seeded(Math.imul(seed, 0x9e3779b1) ^ inputs)
  const bytes = mutate(pick(random), pick(random), random)
  const broken = await brokenPromises(bytes)
  if (broken.length > 0) {
    failed += 1
    // Save one input per kind of failure: numbers and quoted parts do not make another kind.
    const kind = (broken[0] ?? '').split('\n').slice(0, 2).join(' ').replace(/\d+/g, 'N').slice(0, 120)
    if (!failures.has(kind) && failures.size < 20) {
      kept ??= await mkdtemp(join(tmpdir(), 'newsdesk-fuzz-'))
      const path = join(kept, `seed-${seed}-input-${inputs}`)
      await writeFile(path, await minimised(bytes))
      failures.set(kind, path)
      console.log(`seed ${seed}, input ${inputs}: ${broken.join('; ').slice(0, 600)}\n  kept as ${path}`)
    }
  }
  if (performance.now() - told > 10_000) {
    told = performance.now()
    console.log(`${((told - started) / 1_000).toFixed(0)} s: ${inputs} inputs, ${failed} failed`)
  }
}
console.log(
  `${inputs} inputs from ${documents.length} documents in ${seconds} s, seed ${seed}: ${failed} failed, in ${failures.size} ways`,
)
process.exitCode = failed > 0 ? 1 : 0

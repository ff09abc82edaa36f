import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** What makes a test more than a unit test: Redis, HTTP, processes, a browser, the judging of every pattern. */
const REAL =
  /support\/(?!(?:articles|until|labelled|growth|taxonomy|story-pairs)\b)|node:(?:child_process|http|net)|['"](?:ioredis|bullmq|playwright-core)['"]|inject\(|recheck/

/** Every file of tests, with its text. */
export const testFiles: ReadonlyMap<string, string> = new Map(
  ['tests', 'bench']
    .flatMap(root => readdirSync(root, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => [file, readFileSync(file, 'utf8')]),
)

export const select = (accepts: (text: string) => boolean): string[] =>
  [...testFiles].flatMap(([file, text]) => (accepts(text) ? file : []))

/** Files of tests that need nothing but Node. */
export const unit = select(text => !REAL.test(text))

/** One process runs many of them, which takes half the time of one process a file. */
export const together = { isolate: false } as const

/** `npm run test:unit`: the tests that need nothing but Node, all cores at work. `npm test` runs these and all others. */
export default defineConfig({
  test: { include: unit, ...together, testTimeout: 30_000 },
})

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { together, unit } from './vitest.unit.config.ts'

/** What starts processes or waits for schedules takes longest. */
const SLOW = /support\/(?:daemon|cli|browser|cluster|builds|faults)/

/** Long files first, so that none is left to run alone at the end: a guess by what a file starts, then by its size. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const weights = new Map(
      files.map(file => {
        const text = readFileSync(file.moduleId, 'utf8')
        return [file, text.length + (SLOW.test(text) ? 1e6 : 0)] as const
      }),
    )
    return files.toSorted((one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0))
  }
}

export default defineConfig({
  // Examples import the package by its name, as whoever copies them does.
  resolve: { alias: { 'newsdesk/client': fileURLToPath(new URL('./src/client/index.ts', import.meta.url)) } },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: unit, ...together } },
      { extends: true, test: { name: 'real', include: ['tests/**/*.test.ts', 'bench/**/*.test.ts'], exclude: unit } },
    ],
    setupFiles: ['tests/support/closing.ts'],
    globalSetup: ['tests/support/global-redis.ts', 'tests/support/global-newsdesk.ts'],
    testTimeout: 120_000,
    hookTimeout: 90_000,
    // One more than a small CI machine has cores, since many files mostly wait; with four, a cluster's failover took over a
    // minute. Every test file has its own key prefix.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
  },
})

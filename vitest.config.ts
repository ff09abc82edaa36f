import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { importBuild, isBuilt } from './tests/support/build.ts'
import { select, testFiles, together, unit } from './vitest.unit.config.ts'

/** What starts processes or waits for schedules takes longest. Each such file has a process of its own. */
const SLOW = /support\/(?:daemon|cli|browser|cluster|builds|faults)/

/** A file that replaces a module imports the source: modules of the build are loaded by Node, which replaces none. */
const mocking = select(text => text.includes('vi.mock('))
const slow = select(text => SLOW.test(text)).filter(file => !mocking.includes(file))
const alone = [...slow, ...mocking]
const real = [...testFiles.keys()].filter(file => !unit.includes(file) && !alone.includes(file))
const plugins = isBuilt() ? [importBuild()] : []

/**
 * Long files first, so that none is left to run alone at the end: a guess by what a file starts, then by its size. Files
 * that share processes follow one another: a process ends where the next file is of another project.
 */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = [slow, real, unit, mocking].flatMap(each =>
      each.toSorted((one, other) => (testFiles.get(other)?.length ?? 0) - (testFiles.get(one)?.length ?? 0)),
    )
    const places = new Map(order.map((file, place) => [file, place]))
    const placeOf = ({ moduleId }: TestSpecification) => places.get(relative(process.cwd(), moduleId)) ?? 0
    return files.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

export default defineConfig({
  // Examples import the package by its name, as whoever copies them does.
  resolve: { alias: { 'newsdesk/client': fileURLToPath(new URL('./src/client/index.ts', import.meta.url)) } },
  test: {
    projects: [
      { extends: true, plugins, test: { name: 'unit', include: unit, ...together } },
      { extends: true, plugins, test: { name: 'real', include: real, ...together } },
      { extends: true, plugins, test: { name: 'slow', include: slow } },
      { extends: true, test: { name: 'mocking', include: mocking } },
    ],
    // Node loads the build as it is.
    server: { deps: { external: [/\/dist\//] } },
    reporters: ['default', './tests/support/flaky-reporter.ts'],
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

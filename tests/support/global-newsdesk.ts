/** How the tests of a run start newsdesk: from the build where it is up to date, which takes half the time; else through tsx. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Arguments of node that come before those of the command. */
    newsdesk: readonly string[]
  }
}

/** Written by each build. */
const BUILT = 'dist/.tsbuildinfo'

const changedAt = (path: string): number => statSync(path).mtimeMs

const isUpToDate = (): boolean =>
  existsSync(BUILT) &&
  ['src', 'jobs', 'demo'].every(root =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).every(
      name => changedAt(join(root, name)) < changedAt(BUILT),
    ),
  )

export default function setup(project: TestProject): void {
  project.provide('newsdesk', isUpToDate() ? ['dist/src/main.js'] : ['--import', 'tsx', 'src/main.ts'])
}

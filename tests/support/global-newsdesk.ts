/** How the tests of a run start newsdesk: from the build where it is up to date, which takes half the time; else through tsx. */

import type { TestProject } from 'vitest/node'
import { isBuilt } from './build.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Arguments of node that come before those of the command. */
    newsdesk: readonly string[]
  }
}

export default function setup(project: TestProject): void {
  project.provide('newsdesk', isBuilt() ? ['dist/src/main.js'] : ['--import', 'tsx', 'src/main.ts'])
}

/** The build in dist, which tests use where it is up to date: it starts in half the time of the source. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Plugin } from 'vitest/config'

/** Written by each build. */
const BUILT = 'dist/.tsbuildinfo'
const ROOTS = ['src', 'jobs', 'demo']

const changedAt = (path: string): number => statSync(path).mtimeMs

export const isBuilt = (): boolean =>
  existsSync(BUILT) &&
  ROOTS.every(root =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).every(
      name => changedAt(join(root, name)) < changedAt(BUILT),
    ),
  )

/** Lets tests import the build wherever they name a file of the source: Node loads it as it is, and once per process. */
export const importBuild = (): Plugin => ({
  name: 'import-build',
  enforce: 'pre',
  resolveId(id, importer) {
    if (importer === undefined || !/^\..*\.ts$/.test(id)) return null
    const file = relative(process.cwd(), resolve(dirname(importer), id))
    if (!ROOTS.some(root => file.startsWith(`${root}${sep}`))) return null
    return { id: resolve('dist', file.replace(/\.ts$/, '.js')), external: true }
  },
})

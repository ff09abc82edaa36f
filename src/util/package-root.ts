/** The root folder of the package, the same when running from sources and from the build. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const findRoot = (dir: string): string => (existsSync(join(dir, 'package.json')) ? dir : findRoot(dirname(dir)))

export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

// Copies files that tsc leaves out: those that the code reads at run time from its own folder, such as Lua scripts.
import { cpSync, existsSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

const ASSET = /\.(lua|json|bin|css|js|svg|txt|xml|html|c)$/
// The image contains no benchmarks: .dockerignore leaves them out.
for (const root of ['src', 'jobs', 'demo', 'bench'].filter(existsSync)) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && ASSET.test(entry.name)) cpSync(file, join('dist', file), { recursive: true })
  }
}
// tsc leaves its file as it is where nothing changed; by its time the tests see that the build is up to date.
const now = new Date()
utimesSync('dist/.tsbuildinfo', now, now)

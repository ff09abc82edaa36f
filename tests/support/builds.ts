/** Another version of newsdesk beside this one: a copy of its code with some of it changed, run as a process of its own. */

import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { aFolder } from './folder.ts'

const PARTS = ['src', 'jobs', 'config', 'schemas', 'package.json', 'tsconfig.json']

/** @param change what becomes of a file's text, by its path; a change that changes nothing is an error of the test */
export const aBuild = (change: Readonly<Record<string, (text: string) => string>>): string => {
  const dir = aFolder('build')
  for (const part of PARTS) cpSync(part, join(dir, part), { recursive: true })
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'))
  for (const [path, to] of Object.entries(change)) {
    const before = readFileSync(join(dir, path), 'utf8')
    const after = to(before)
    if (after === before) throw new Error(`${path} is as before`)
    writeFileSync(join(dir, path), after)
  }
  return dir
}

/** Folders of a test file, gone when it is done. Import it in the file itself, so that its hook is the file's. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []
// Registered as the file loads: a hook registered from within a test is never run.
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** @param purpose a word for whoever finds it */
export const aFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `newsdesk-${purpose}-`))
  made.push(folder)
  return folder
}

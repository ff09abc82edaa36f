/** Folders of a test file, gone when it is done. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { atEnd } from './at-end.ts'

/** @param purpose a word for whoever finds it */
export const aFolder = (purpose: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `newsdesk-${purpose}-`))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

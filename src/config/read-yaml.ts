/** Parses YAML so that every problem can be told by line and column. */

import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { formatYamlError, type ReadFile } from './problems.ts'

/** @param path what problems call it @returns null after adding to `problems` why it cannot be read */
export const parseYaml = (path: string, text: () => string, problems: string[]): ReadFile | null => {
  const lines = new LineCounter()
  const tell = (line: number, column: number, message: string) => problems.push(`${path}:${line}:${column} ${message}`)
  try {
    const document = parseDocument(text(), { lineCounter: lines })
    for (const { linePos, message } of [...document.errors, ...document.warnings])
      tell(linePos?.[0].line ?? 1, linePos?.[0].col ?? 1, formatYamlError(message))
    // A malformed file has no values. Aliases that would expand endlessly throw here.
    if (document.errors.length + document.warnings.length > 0) return null
    return { path, document, lines, written: document.toJS() }
  } catch (error) {
    tell(1, 1, `cannot be read: ${formatYamlError(error instanceof Error ? error.message : String(error))}`)
    return null
  }
}

/** Reads a file of the configuration; null if there is none, too. */
export const readYaml = (dir: string, name: string, problems: string[]): ReadFile | null => {
  const file = join(dir, name)
  if (!existsSync(file)) return null
  const shown = relative(process.cwd(), file)
  return parseYaml(shown.startsWith('..') ? file : shown, () => readFileSync(file, 'utf8'), problems)
}

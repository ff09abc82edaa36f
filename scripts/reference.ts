/**
 * The reference for what `facts.jsonl` says nothing of: authors, categories, image, summary, content and enclosures of
 * the development documents, one value a line in reference.jsonl. Each was read by hand in the document and the
 * standard named in `rule`; no parser was asked. The documents belong to others, so a value is kept as its digest.
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fold } from '../src/util/plain-text.ts'

export const DETAILS = ['authors', 'categories', 'image', 'summary', 'content', 'enclosures'] as const
export type Detail = (typeof DETAILS)[number]

/**
 * What a reader makes of an item: for each detail the fields it could be taken from, of which the best counts. Lists
 * are names, labels or addresses in order; a text is a list of one; none at all is an empty list.
 */
export type Details = Readonly<Record<Detail, readonly (readonly string[])[]>>

export interface Wanted {
  readonly path: string
  /** Index of the item in its document. */
  readonly item: number
  readonly fact: Detail
  /** Where the value is in the document, and by which standard. */
  readonly rule: string
  readonly digest: string
}

/** 12 hexadecimal digits of the SHA-256 of the values, white space folded, one a line; of an empty text for none. */
export const digest = (values: readonly string[]): string =>
  createHash('sha256').update(values.map(fold).join('\n')).digest('hex').slice(0, 12)

/** @returns the values of each document, by its path */
export const readReference = async (): Promise<ReadonlyMap<string, readonly Wanted[]>> => {
  const text = await readFile(new URL('reference.jsonl', import.meta.url), 'utf8')
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Wanted) // written by hand in the form above
  const byPath = new Map<string, Wanted[]>()
  for (const wanted of lines) byPath.set(wanted.path, [...(byPath.get(wanted.path) ?? []), wanted])
  return byPath
}

/** Whether one of the fields holds the value. */
export const holds = (found: Details | undefined, { fact, digest: wanted }: Wanted): boolean => {
  const fields = (found?.[fact] ?? []).filter(field => field.some(Boolean))
  return (fields.length === 0 ? [[]] : fields).some(field => digest(field) === wanted)
}

/** Finds the full text of an XML item, as it is written; src/feeds/content/ makes it safe to show. (pure) */

import type { ItemContent } from '../../domain/feed-item.ts'
import { attribute, own, type Raw, type RawFields, readText } from '../xml/raw.ts'
import { resolveBase } from './links.ts'
import { isBase64, kindOf, looksMislabelled } from './text-kind.ts'

type Format = Parameters<typeof kindOf>[2]

/** Elements of the full text, the most certain first. */
const FULL = ['content:encoded', 'content', 'atom:content', 'xhtml:body', 'body', 'fullitem'] as const

/** Elements that may be the full text or a teaser. */
const DESCRIPTION = ['description', 'dc:description', 'summary', 'atom:summary'] as const

/** Characters of markup from which a description may be the whole text: no teaser is as long. */
const LONG_DESCRIPTION = 600

/** Longer texts are cut by far. */
const MAX_LENGTH = 1_000_000

/** RFC 4287, 4.1.3: content may be a file of any type. */
const isText = (raw: Raw): boolean => {
  const type = attribute(raw, 'type')?.toLowerCase() ?? ''
  return !type.includes('/') || /^text\/|[+/](?:xml|html)(?:;|$)/.test(type)
}

const findFirst = (fields: RawFields, names: readonly string[]): { name: string; raw: Raw; written: string } | null => {
  for (const name of names)
    for (const raw of own(fields, name)) {
      const written = readText(raw)
      if (written !== null && isText(raw)) return { name, raw, written }
    }
  return null
}

/** @returns null if the item has no text, or a short description alone */
export const findContent = (fields: RawFields, format: Format, base: string | undefined): ItemContent | null => {
  const full = findFirst(fields, FULL)
  const description = findFirst(fields, DESCRIPTION)
  const isDescription = description !== null && description.written.length > (full?.written.length ?? LONG_DESCRIPTION)
  const found = isDescription ? description : full
  if (found === null) return null
  const { name, raw, written } = found
  const markup = (isBase64(raw) ? Buffer.from(written, 'base64').toString('utf8') : written).slice(0, MAX_LENGTH)
  const kind = isBase64(raw) ? 'html' : kindOf(raw, name, format)
  const own = resolveBase(raw, base)
  return {
    markup,
    kind: kind === 'text' && looksMislabelled(raw, markup) ? 'html' : kind,
    ...(own === undefined ? {} : { base: own }),
    ...(isDescription ? { isDescription } : {}),
  }
}

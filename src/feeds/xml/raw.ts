/**
 * Elements of a feed as both readers return them: the shape that xml2js produces and rss-parser passes on. Names carry
 * the customary prefix of their namespace (`dc:date`, `media:content`); elements of the feed's own format have none.
 */

/** Either text, or attributes in `$`, text in `_` and children by name. */
export type Raw = string | RawElement
export interface RawElement {
  readonly _?: string
  /** Present if the text is markup as written in the document, references not decoded. No element has this name. */
  readonly '#markup'?: 'xml'
  readonly $?: Readonly<Record<string, string>>
  readonly [child: string]: string | Readonly<Record<string, string>> | readonly Raw[] | undefined
}

/** The children of an item or a channel, by name. */
export type RawFields = Readonly<Record<string, readonly Raw[] | undefined>>

export interface RawFeed {
  readonly format: 'rss' | 'rdf' | 'atom'
  readonly channel: RawFields
  readonly items: readonly RawFields[]
  /** Whether the document was cut off; an item within which it ends is left out. */
  readonly isCutOff?: true
}

export const readText = (raw: Raw | undefined): string | null => {
  const text = typeof raw === 'string' ? raw : raw?._
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null
}

/** Whether the text of an element is the markup of elements within it. */
export const holdsXml = (raw: Raw | undefined): boolean => typeof raw === 'object' && raw['#markup'] === 'xml'

export const attribute = (raw: Raw | undefined, name: string): string | null => {
  const value = typeof raw === 'object' ? raw.$?.[name] : undefined
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}

export const findChildren = (raw: Raw | undefined, name: string): readonly Raw[] => {
  const children = typeof raw === 'object' && Object.hasOwn(raw, name) ? raw[name] : undefined
  return Array.isArray(children) ? (children as readonly Raw[]) : []
}

/** Children with a given name; never an inherited property. */
export const own = (fields: RawFields, name: string): readonly Raw[] =>
  Object.hasOwn(fields, name) ? (fields[name] ?? []) : []

/** The first text among the elements of these names, in the order of the names. */
export const firstText = (fields: RawFields, ...names: string[]): string | null => {
  for (const name of names) {
    for (const raw of own(fields, name)) {
      const text = readText(raw)
      if (text !== null) return text
    }
  }
  return null
}

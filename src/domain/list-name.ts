/** Names of lists: what stands after `newsdesk:list:` in their keys. (pure) */

import type { ArticleId } from './article.ts'
import { type EventKind, WINDOWS, type Window } from './entry.ts'
import type { SectionId, Taxonomy } from './section.ts'

/** A list of part of the sources: of articles in a language, or of a group of sources. */
export type Edition = { readonly language: string } | { readonly group: string }

interface Part {
  readonly section?: SectionId
  readonly edition?: Edition
}

/** A list's name, taken apart. */
export type ListName =
  | ({ readonly rule: 'latest' } & Part)
  | ({ readonly rule: 'must-reads' } & Part)
  | ({ readonly rule: 'trending' } & Part)
  | ({ readonly rule: 'most'; readonly kind: EventKind; readonly window: Window } & Part)
  | { readonly rule: 'related'; readonly article: ArticleId }

const KIND_OF: Readonly<Record<string, EventKind>> = {
  'most-read': 'view',
  'most-commented': 'comment',
  'most-shared': 'share',
}
const EDITIONS = ['language', 'group'] as const

const isWindow = (text: string | undefined): text is Window =>
  (WINDOWS as readonly (string | undefined)[]).includes(text)

/** `[section][:language:<tag>|:group:<id>]`; null for anything else. */
const parsePart = (words: readonly string[]): Part | null => {
  const at = words.findIndex(word => (EDITIONS as readonly string[]).includes(word))
  const [section, ...rest] = at < 0 ? words : words.slice(0, at)
  if (rest.length > 0 || words.includes('')) return null
  const [kind, value, ...more] = at < 0 ? [] : words.slice(at)
  if (more.length > 0 || (kind !== undefined && value === undefined)) return null
  return {
    ...(section === undefined ? {} : { section }),
    ...(kind === 'language' && value ? { edition: { language: value } } : {}),
    ...(kind === 'group' && value ? { edition: { group: value } } : {}),
  }
}

/** @returns null for what is no name of a list */
export const parseListName = (name: string): ListName | null => {
  const [head = '', ...words] = name.split(':')
  if (head === 'related') {
    const [article, ...rest] = words
    return article && rest.length === 0 ? { rule: 'related', article: article as ArticleId } : null // looked up before anything is written
  }
  const kind = Object.hasOwn(KIND_OF, head) ? KIND_OF[head] : undefined
  const [window] = words
  if (kind) {
    const part = isWindow(window) ? parsePart(words.slice(1)) : null
    if (!isWindow(window) || part === null || (part.section !== undefined && kind !== 'view')) return null
    return { rule: 'most', kind, window, ...part }
  }
  if (head !== 'latest' && head !== 'must-reads' && head !== 'trending') return null
  const part = parsePart(words)
  return part && { rule: head, ...part }
}

/** What there is a list of: sections, and where configured languages and groups of sources. */
export interface Shelves {
  readonly taxonomy: readonly Pick<Taxonomy[number], 'id'>[]
  readonly languages?: readonly string[]
  readonly groups?: readonly string[]
}

const namesOf = (suffixes: readonly string[], kinds: readonly string[]): string[] =>
  suffixes.flatMap(suffix => [
    `latest${suffix}`,
    `must-reads${suffix}`,
    `trending${suffix}`,
    ...kinds.flatMap(kind => WINDOWS.map(window => `${kind}:${window}${suffix}`)),
  ])

const editionsOf = ({ languages = [], groups = [] }: Shelves): string[] => [
  ...languages.map(language => `:language:${language}`),
  ...groups.map(group => `:group:${group}`),
]

/** Every list but those related to one article. Lists of languages and groups are overall, and of latest by section too. */
export const allNames = (shelves: Shelves): string[] => {
  const editions = editionsOf(shelves)
  return [
    ...namesOf([''], Object.keys(KIND_OF)),
    ...namesOf(
      shelves.taxonomy.map(({ id }) => `:${id}`),
      ['most-read'],
    ),
    ...namesOf(editions, ['most-read']),
    ...shelves.taxonomy.flatMap(({ id }) => editions.map(edition => `latest:${id}${edition}`)),
  ]
}

/** Lists that new articles in these sections change at once; the others follow at the next refresh. */
export const changedBy = (sections: readonly SectionId[], shelves: Omit<Shelves, 'taxonomy'> = {}): string[] => {
  const editions = editionsOf({ taxonomy: [], ...shelves })
  return [
    ...['', ...sections.map(id => `:${id}`), ...editions].flatMap(part => [`latest${part}`, `must-reads${part}`]),
    ...sections.flatMap(id => editions.map(edition => `latest:${id}${edition}`)),
  ]
}

/** Every list that may show articles of these sections, whatever it ranks by: an edited headline is to be seen in all of them at once. */
export const showing = (sections: readonly SectionId[], shelves: Omit<Shelves, 'taxonomy'> = {}): string[] =>
  allNames({ ...shelves, taxonomy: sections.map(id => ({ id })) })

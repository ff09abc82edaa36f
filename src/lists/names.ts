/** Names of lists: what stands after `newsdesk:list:` in their keys. (pure) */

import type { ArticleId } from '../article/article.ts'
import type { SectionId, Taxonomy } from '../article/taxonomy.ts'
import { type EventKind, WINDOWS, type Window } from './entry.ts'

/** A list's name, taken apart. */
export type ListName =
  | { readonly rule: 'latest'; readonly section?: SectionId }
  | { readonly rule: 'most'; readonly kind: EventKind; readonly window: Window; readonly section?: SectionId }
  | { readonly rule: 'must-reads'; readonly section?: SectionId }
  | { readonly rule: 'related'; readonly article: ArticleId }

const KIND_OF: Readonly<Record<string, EventKind>> = {
  'most-read': 'view',
  'most-commented': 'comment',
  'most-shared': 'share',
}

const isWindow = (text: string | undefined): text is Window =>
  (WINDOWS as readonly (string | undefined)[]).includes(text)

/** @returns null for what is no name of a list */
export const parseListName = (name: string): ListName | null => {
  const [head = '', second, third, ...rest] = name.split(':')
  if (rest.length > 0) return null
  const kind = Object.hasOwn(KIND_OF, head) ? KIND_OF[head] : undefined
  if (kind) {
    if (!isWindow(second) || (third !== undefined && kind !== 'view')) return null
    return { rule: 'most', kind, window: second, ...(third === undefined ? {} : { section: third }) }
  }
  if (third !== undefined) return null
  if (head === 'latest' || head === 'must-reads')
    return { rule: head, ...(second === undefined ? {} : { section: second }) }
  if (head === 'related' && second) return { rule: 'related', article: second as ArticleId } // looked up before anything is written
  return null
}

/** Every list of a taxonomy but those related to one article. */
export const allNames = (taxonomy: readonly Pick<Taxonomy[number], 'id'>[]): string[] => [
  'latest',
  'must-reads',
  ...WINDOWS.map(window => `most-read:${window}`),
  ...WINDOWS.map(window => `most-commented:${window}`),
  ...WINDOWS.map(window => `most-shared:${window}`),
  ...taxonomy.flatMap(({ id }) => [
    `latest:${id}`,
    `must-reads:${id}`,
    ...WINDOWS.map(window => `most-read:${window}:${id}`),
  ]),
]

/** Lists that new articles in these sections change at once; the others follow at the next refresh. */
export const changedBy = (sections: readonly SectionId[]): string[] => [
  'latest',
  'must-reads',
  ...sections.flatMap(id => [`latest:${id}`, `must-reads:${id}`]),
]

/** Every list that may show articles of these sections, whatever it ranks by: an edited headline is to be seen in all of them at once. */
export const showing = (sections: readonly SectionId[]): string[] => allNames(sections.map(id => ({ id })))

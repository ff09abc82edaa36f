/**
 * All lists by their definitions: what stands after `newsdesk:list:` in their keys, and which lists a change concerns.
 * The names of lists are made and parsed here and nowhere else.
 */

import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId } from '../domain/article.ts'
import { WINDOWS, type Window } from '../domain/entry.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { ListDefinition, Panel } from './definitions/definition.ts'
import { DEFINITIONS } from './definitions/index.ts'

/** A part of the sources: articles in a language, or those of a group of sources. */
export type Edition = { readonly language: string } | { readonly group: string }

/** A name of a list, parsed: one of the definitions, or what is related to one article. */
export type ListName =
  | {
      readonly definition: ListDefinition
      readonly window: Window | null
      readonly section?: SectionId
      readonly edition?: Edition
    }
  | { readonly relatedTo: ArticleId }

/** What lists are divided by: sections, and the configured languages and groups of sources. */
export interface Partitions {
  readonly taxonomy: readonly Pick<Taxonomy[number], 'id'>[]
  readonly languages?: readonly string[]
  readonly groups?: readonly string[]
}

type Editions = Omit<Partitions, 'taxonomy'>

export interface ListRegistry {
  /** @returns null for a text that is no name of a list */
  parse(name: string): ListName | null
  /** Every list but those related to one article. */
  names(partitions: Partitions): string[]
  /** Lists that new articles in these sections change at once; the others follow at the next refresh. */
  namesChangedBy(sections: readonly SectionId[], editions?: Editions): string[]
  /**
   * Lists that may show articles of these sections, whatever they are ranked by: an edited headline must appear in all
   * of them at once.
   */
  namesShowing(sections: readonly SectionId[], editions?: Editions): string[]
  /** Panels of the admin UI's front page, in their order. */
  panels(column: Panel['column']): Panel[]
  /** Lists of one section there, by name, and how many entries of each. */
  sectionPanels(section: SectionId): { readonly list: string; readonly entries: number }[]
  /**
   * Lists to pin an article of a section to: those on the front page that take pins, and their lists of the section.
   */
  pinnableNames(section: SectionId): string[]
}

/** First word of the names of related lists; src/lists/related.ts ranks them, many at a time. */
export const RELATED = 'related'

const EDITIONS = ['language', 'group'] as const

const isWindow = (text: string | undefined): text is Window =>
  (WINDOWS as readonly (string | undefined)[]).includes(text)

/** `[section][:language:<tag>|:group:<id>]`; null for anything else. */
const parsePart = (words: readonly string[]): { section?: SectionId; edition?: Edition } | null => {
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

const parseRelated = ([article, ...rest]: readonly string[]): ListName | null =>
  article && rest.length === 0 ? { relatedTo: article as ArticleId } : null // looked up before anything is written

/** The names of one definition for a part of the news, `suffix` being that part. */
const namesWith = (suffix: string, { name, windows }: ListDefinition): string[] =>
  windows.length === 0 ? [`${name}${suffix}`] : windows.map(window => `${name}:${window}${suffix}`)

const editionSuffixes = ({ languages = [], groups = [] }: Editions): string[] => [
  ...languages.map(language => `:language:${language}`),
  ...groups.map(group => `:group:${group}`),
]

/** What `lists.languages` and `lists.groups` divide lists by. */
export const configuredEditions = ({ languages, groups }: Pick<ListSettings, 'languages' | 'groups'>): Editions => ({
  languages,
  groups: Object.keys(groups),
})

/** Every list that the configuration asks for, but those related to one article. */
export const configuredNames = (
  registry: Pick<ListRegistry, 'names'>,
  taxonomy: Partitions['taxonomy'],
  settings: Pick<ListSettings, 'languages' | 'groups'>,
): string[] => registry.names({ taxonomy, ...configuredEditions(settings) })

const namesOfAll = (definitions: readonly ListDefinition[], { taxonomy, ...editions }: Partitions): string[] => {
  const having = (part: ListDefinition['partitions'][number]) =>
    definitions.filter(({ partitions }) => partitions.includes(part))
  const [suffixes, bySection] = [editionSuffixes(editions), taxonomy.map(({ id }) => `:${id}`)]
  const names = (parts: readonly string[], those: readonly ListDefinition[]) =>
    parts.flatMap(part => those.flatMap(each => namesWith(part, each)))
  return [
    ...names([''], definitions),
    ...names(bySection, having('section')),
    ...names(suffixes, having('edition')),
    ...names(
      bySection.flatMap(section => suffixes.map(edition => `${section}${edition}`)),
      having('section-edition'),
    ),
  ]
}

export const createListRegistry = (definitions: readonly ListDefinition[]): ListRegistry => {
  const byName = new Map(definitions.map(each => [each.name, each]))
  for (const [index, { name }] of definitions.entries())
    if (name === RELATED || definitions.findIndex(each => each.name === name) < index)
      throw new Error(`two lists are named ${name}: rename one of them in src/lists/definitions`)
  const panels = (column: Panel['column']) =>
    definitions
      .flatMap(each => each.panels)
      .filter(panel => panel.column === column)
      .sort((a, b) => a.place - b.place)

  const parse: ListRegistry['parse'] = name => {
    const [head = '', ...words] = name.split(':')
    if (head === RELATED) return parseRelated(words)
    const definition = byName.get(head)
    if (!definition) return null
    const hasWindows = definition.windows.length > 0
    const [window] = words
    if (hasWindows && !(isWindow(window) && definition.windows.includes(window))) return null
    const part = parsePart(hasWindows ? words.slice(1) : words)
    if (part === null || (part.section !== undefined && !definition.partitions.includes('section'))) return null
    return { definition, window: hasWindows && isWindow(window) ? window : null, ...part }
  }

  return {
    parse,
    names: partitions => namesOfAll(definitions, partitions),
    namesChangedBy: (sections, editions = {}) =>
      namesOfAll(
        definitions.filter(({ followsArticles }) => followsArticles),
        { ...editions, taxonomy: sections.map(id => ({ id })) },
      ),
    namesShowing: (sections, editions = {}) =>
      namesOfAll(definitions, { ...editions, taxonomy: sections.map(id => ({ id })) }),
    panels,
    sectionPanels: section =>
      definitions.flatMap(({ name, sectionPanel }) =>
        sectionPanel === undefined ? [] : [{ list: `${name}:${section}`, entries: sectionPanel }],
      ),
    pinnableNames: section =>
      [...panels('main'), ...panels('aside')].flatMap(({ list }) => {
        const parsed = parse(list)
        if (parsed === null || 'relatedTo' in parsed || !parsed.definition.isPinnable) return []
        // A list by importance is pinned to by section too; one by counts is pinned to as a whole.
        return parsed.definition.followsArticles ? [list, `${list}:${section}`] : [list]
      }),
  }
}

/** The lists there are. */
export const LISTS: ListRegistry = createListRegistry(DEFINITIONS)

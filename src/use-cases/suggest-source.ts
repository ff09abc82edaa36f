/** What a new source should be called and where it belongs, by what its feed says. Rules on plain data. (pure) */

import { getDomainWithoutSuffix } from 'tldts'
import type { FeedItem } from '../domain/feed-item.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import { Source, SourceId } from '../domain/source.ts'
import { parseDeclaredLanguage } from '../languages/declared.ts'
import { classifySections, foldWords } from '../sections/sections.ts'

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
    .replace(/-$/, '')

/** Words of a path that say nothing of what its feed holds. */
const EMPTY = new Set(['feed', 'feeds', 'rss', 'atom', 'rdf', 'xml', 'index', 'news', 'json', 'www', 'all', 'www-', ''])

/**
 * An id by the publisher's domain; where that is taken, with a word of the path, then with a number.
 * @param taken ids in use
 */
export const idFor = (url: string, taken: ReadonlySet<string>): SourceId => {
  const { hostname, pathname } = new URL(url)
  const home = slug(getDomainWithoutSuffix(hostname, { allowPrivateDomains: true }) ?? hostname) || 'source'
  const words = pathname
    .split('/')
    .map(part => slug(part.replace(/\.[a-z]{2,4}$/i, '')))
    .filter(part => !EMPTY.has(part))
  const word = words.at(-1)
  const wanted = [home, ...(word ? [`${home}-${word}`.slice(0, 60)] : [])]
  for (let number = 2; ; number += 1) {
    const free = wanted.find(id => !taken.has(id))
    if (free !== undefined) return SourceId.parse(free)
    wanted.push(`${home}-${number}`)
  }
}

/** The section a folder's or category's name means, by id, labels and synonyms; the innermost that means one. */
export const sectionOfFolders = (folders: readonly string[], taxonomy: Taxonomy): SectionId | null => {
  for (const folder of [...folders].reverse()) {
    const name = foldWords(folder)
    const found = taxonomy.find(
      ({ id, labels, synonyms }) =>
        name !== '' && [id, ...Object.values(labels), ...synonyms].some(each => foldWords(each) === name),
    )
    if (found) return found.id
  }
  return null
}

/** A source whose largest section has a smaller share of its items is a general one. */
const ENOUGH = 0.4

/** A source without a section, for items that are classified before their source has one. */
const NO_SOURCE = { id: SourceId.parse('nobody'), section: '' }

/**
 * The section most of its items belong to by their own categories, addresses and words.
 * @returns null where none has enough of them
 */
export const sectionOfItems = (
  items: readonly FeedItem[],
  language: string | null,
  taxonomy: Taxonomy,
): { readonly section: SectionId; readonly share: number } | null => {
  const votes = new Map<SectionId, number>()
  for (const { link, title, summary, categories } of items) {
    const article = {
      url: link ?? '',
      title: title ?? '',
      summary: summary ?? '',
      categories,
      language,
      source: NO_SOURCE,
    }
    if (article.url === '') continue
    const { sections, evidence } = classifySections(article, taxonomy)
    const [section] = sections
    if (section && evidence.some(({ from }) => from !== 'source')) votes.set(section, (votes.get(section) ?? 0) + 1)
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1])
  if (!best || best[1] < items.length * ENOUGH) return null
  return { section: best[0], share: best[1] / items.length }
}

/** A language tag as a source may have it; undefined where there is none that can be read. */
export const languageFor = (declared: string | null | undefined): string | undefined => {
  const parsed = Source.shape.language.safeParse(parseDeclaredLanguage(declared) ?? undefined)
  return parsed.success ? parsed.data : undefined
}

/** The language all items of a feed declare that declares none itself; null where they do not agree, or none does. */
export const languageOfItems = (items: readonly Pick<FeedItem, 'language'>[]): string | null => {
  const [first, ...others] = new Set(items.map(({ language }) => language))
  return first !== undefined && others.length === 0 ? first : null
}

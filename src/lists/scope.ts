/** What a list may show: articles of its section, language or group of sources, without blocked ones, plus pins. */

import { findItemKind } from '../articles/rules/titles/item-kind.ts'
import type { StoredArticle } from '../articles/store.ts'
import type { ListSettings } from '../config/sections/lists.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import { ITEM_KINDS, type ItemKind } from '../domain/item-kind.ts'
import type { SectionId, Taxonomy } from '../domain/section.ts'
import type { CandidateCache, Choice } from './candidate-cache.ts'
import { covers, type Override } from './overrides.ts'
import type { Edition } from './registry.ts'
import type { Candidate } from './rules/candidate.ts'
import type { Pinned } from './rules/overrides.ts'

export interface Scope {
  /** Equal for scopes of one moment that show the same. */
  readonly key: string
  readonly section: SectionId | undefined
  /** Whether the list covers only a part of all articles. */
  readonly isPart: boolean
  readonly choice: Choice
  /** Whether an editor blocked the article or its story. */
  readonly isBlocked: (article: Pick<StoredArticle, 'id' | 'story'>) => boolean
}

export interface ScopeParts {
  readonly taxonomy: () => Taxonomy
  readonly groups: () => Readonly<Record<string, readonly string[]>>
  /** Kinds of items that no list shows unless an editor pins them. */
  readonly unlisted: () => ReadonlySet<ItemKind>
  /** ms; older articles are out of reach. */
  readonly retention: () => number
  readonly now: () => number
}

/** Whether one of an article's sections is this one or one below it. */
const inSection = (section: SectionId, taxonomy: Taxonomy): ((sections: readonly SectionId[]) => boolean) => {
  const members = new Set([section, ...taxonomy.flatMap(({ id, parent }) => (parent === section ? id : []))])
  return sections => sections.some(id => members.has(id))
}

const inGroup = (
  edition: Edition | undefined,
  groups: Readonly<Record<string, readonly string[]>>,
): ((source: string) => boolean) => {
  if (!edition || !('group' in edition)) return () => true
  const members = new Set(groups[edition.group] ?? [])
  return id => members.has(id)
}

const kinds = new WeakMap<StoredArticle, ItemKind | null>()

/** The kind of an item; null for news. Every list asks, so it is computed once for each article in memory. */
const kindOf = (article: StoredArticle): ItemKind | null => {
  const known = kinds.get(article)
  if (known !== undefined) return known
  const kind = findItemKind(article)?.kind ?? null
  kinds.set(article, kind)
  return kind
}

/** Kinds of items that the configuration keeps out of lists. */
export const findUnlisted = ({
  showLandingPages,
  showBulletins,
  showRoundUps,
}: Pick<ListSettings, 'showLandingPages' | 'showBulletins' | 'showRoundUps'>): ReadonlySet<ItemKind> => {
  const shown = { landing: showLandingPages, bulletin: showBulletins, 'round-up': showRoundUps }
  return new Set(ITEM_KINDS.filter(kind => !shown[kind]))
}

export const buildScope = (
  { section, edition }: { section?: SectionId; edition?: Edition },
  blocked: ReadonlySet<string>,
  { taxonomy, groups, unlisted, retention, now }: ScopeParts,
): Scope => {
  const isMember = inGroup(edition, groups())
  const language = edition && 'language' in edition ? edition.language : undefined
  const oldest = now() - retention()
  const hidden = unlisted()
  const isListed = (article: StoredArticle): boolean => {
    const kind = hidden.size === 0 ? null : kindOf(article)
    return kind === null || !hidden.has(kind)
  }
  const isBlocked = ({ id, story }: Pick<StoredArticle, 'id' | 'story'>): boolean =>
    blocked.has(id) || blocked.has(story)
  const shows = (article: StoredArticle): boolean =>
    !isBlocked(article) &&
    article.ruled?.isHidden !== true &&
    oldest < article.firstSeenAt &&
    (language === undefined || article.language.split('-')[0] === language) &&
    article.sources.some(isMember) &&
    isListed(article)
  return {
    key: JSON.stringify([section, edition, [...blocked].sort()]),
    section,
    isPart: section !== undefined || edition !== undefined,
    isBlocked,
    choice: {
      isBlocked: article => blocked.has(article),
      mayBe: (article, id) => !blocked.has(article) && isMember(id),
      shows,
      isOf: section === undefined ? () => true : inSection(section, taxonomy()),
    },
  }
}

export const collectBlockedIds = (overrides: readonly Override[], list: string): ReadonlySet<string> =>
  new Set(overrides.flatMap(each => (each.kind === 'block' && covers(each.list, list) ? each.what : [])))

/** A pinned article represents its story, whichever article leads the story elsewhere. */
export const findPins = async (
  overrides: readonly Override[],
  list: string,
  blocked: ReadonlySet<string>,
  candidateCache: CandidateCache,
): Promise<Pinned[]> => {
  const pins = overrides.filter(each => each.kind === 'pin' && each.list === list)
  if (pins.length === 0) return []
  const articles = await candidateCache.articles(pins.map(({ what }) => what as ArticleId)) // looked up
  const shown = articles.map(each => (each && !blocked.has(each.id) && !blocked.has(each.story) ? each : null))
  const found = await candidateCache.candidates(
    shown.flatMap(article => article?.story ?? []),
    { isBlocked: id => blocked.has(id), mayBe: () => true, shows: () => true, isOf: () => true },
  )
  const byStory = new Map(found.map(({ story }) => [story.id, story]))
  return pins.flatMap((pin, index): Pinned[] => {
    const article = shown[index]
    const story = article && byStory.get(article.story)
    return article && story ? [{ ...pin, candidate: { article, story } }] : []
  })
}

/** The stories of these articles, in the same order; null for a story that the list may not show. */
export const findStoriesByArticle = async (
  ids: readonly ArticleId[],
  choice: Choice,
  candidateCache: CandidateCache,
): Promise<(Candidate | null)[]> => {
  const articles = await candidateCache.articles(ids)
  const unique = [...new Set(articles.flatMap(article => article?.story ?? []))]
  const byStory = new Map((await candidateCache.candidates(unique, choice)).map(each => [each.story.id, each]))
  return articles.map(article => byStory.get(article?.story ?? ('' as StoryId)) ?? null)
}

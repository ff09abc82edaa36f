/**
 * Caches the stories and articles that lists may show. `refresh` drops those that the log of changes names
 * (src/lists/changes.ts), so every write to a story or article that lists may show has to be noted there.
 */

import type { ArticleInStory, ArticleStore, StoredArticle, StoredStory } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import { dropOldest } from '../util/lru.ts'
import { BEGINNING, type Changes } from './changes.ts'
import type { Candidate } from './rules/candidate.ts'

/** Which articles of a story may stand for it in a list; the first that may does, the lead before the others. */
export interface Choice {
  /**
   * Whether an editor keeps an article off the list: it neither stands for its story nor is named in `alsoIn`.
   */
  readonly isBlocked: (article: ArticleId) => boolean
  /** Whether an article in `alsoIn` may stand for its story, as far as can be told before it is read. */
  readonly mayBe: (article: ArticleId, source: string) => boolean
  /** Whether an article, once read, may stand for its story. */
  readonly shows: (article: StoredArticle) => boolean
  /** Whether one of these sections is the list's; asked for the story, and for the article that stands for it. */
  readonly isOf: (sections: readonly SectionId[]) => boolean
}

export interface CandidateCache {
  /** Drops what has changed. @returns id of the last change that is known here: what is read afterwards is no older */
  refresh(): Promise<string>
  articles(ids: readonly ArticleId[]): Promise<readonly (StoredArticle | null)[]>
  /** The story of each article; null if the article is gone. Cached for many more articles than `articles` caches. */
  storiesOf(ids: readonly ArticleId[]): Promise<readonly (StoryId | null)[]>
  /** Stories with the article that stands for each, in the order asked. Those without such an article are left out. */
  candidates(ids: readonly StoryId[], choice: Choice): Promise<Candidate[]>
}

interface Slot<T> {
  value: T | null
  loading: Promise<unknown> | null
}

/**
 * A cache of at most `most` values that loads missing ones; the oldest are dropped first. A value found under an alias
 * is not cached, since its changes are noted under its own id.
 */
const createReadThroughCache = <Id extends string, T extends { readonly id: Id }>(
  load: (ids: readonly Id[]) => Promise<readonly (T | null)[]>,
  most: number,
) => {
  const slots = new Map<Id, Slot<T>>()
  const read = (ids: readonly Id[]): void => {
    const fresh = ids.map(id => {
      const slot: Slot<T> = { value: null, loading: null }
      slots.set(id, slot)
      return slot
    })
    const loading = load(ids).then(
      values => {
        for (const [index, slot] of fresh.entries()) {
          const [id, value] = [ids[index], values[index] ?? null]
          slot.value = value
          slot.loading = null
          if (id !== undefined && value !== null && value.id !== id && slots.get(id) === slot) slots.delete(id)
        }
      },
      (error: unknown) => {
        for (const [index, slot] of fresh.entries()) {
          const id = ids[index]
          if (id !== undefined && slots.get(id) === slot) slots.delete(id)
        }
        throw error
      },
    )
    for (const slot of fresh) slot.loading = loading
  }
  /** @returns null if there is known to be no such value; undefined if it has to be loaded first */
  const peek = (id: Id): T | null | undefined => {
    const slot = slots.get(id)
    return slot && slot.loading === null ? slot.value : undefined
  }
  return {
    /** The result of a load in progress is not cached either, since it may be from before the change. */
    forget: (ids: readonly Id[]): void => {
      for (const id of ids) slots.delete(id)
    },
    clear: (): void => slots.clear(),
    peek,
    /** @returns null unless all of them are cached */
    here(ids: readonly Id[]): (T | null)[] | null {
      const values: (T | null)[] = []
      for (const id of ids) {
        const value = peek(id)
        if (value === undefined) return null
        values.push(value)
      }
      return values
    },
    async get(ids: readonly Id[]): Promise<(T | null)[]> {
      const missing = [...new Set(ids.filter(id => !slots.has(id)))]
      if (missing.length > 0) read(missing)
      const wanted = ids.map(id => slots.get(id))
      await Promise.all(new Set(wanted.flatMap(slot => slot?.loading ?? [])))
      dropOldest(slots, most)
      return wanted.map(slot => slot?.value ?? null)
    },
  }
}

/** Some 3 KB each. Related lists read articles of the whole week. */
const MAX_KEPT = 30_000

/** Some 200 bytes each: all articles that are read in a week. */
const MAX_PLACED = 100_000

/**
 * The story without the articles that an editor keeps off the list. Mostly there are none, and the same object is
 * returned.
 */
export const without = (story: StoredStory, isBlocked: (article: ArticleId) => boolean): StoredStory =>
  story.alsoIn.some(({ article }) => isBlocked(article))
    ? { ...story, alsoIn: story.alsoIn.filter(({ article }) => !isBlocked(article)) }
    : story

export const createCandidateCache = ({
  archive,
  changes,
  most = MAX_KEPT,
}: {
  archive: Pick<ArticleStore, 'articles' | 'stories' | 'storiesOf'>
  changes: Changes
  most?: number
}): CandidateCache => {
  const stories = createReadThroughCache<StoryId, StoredStory>(ids => archive.stories(ids), most)
  const articles = createReadThroughCache<ArticleId, StoredArticle>(ids => archive.articles(ids), most)
  const placed = createReadThroughCache<ArticleId, ArticleInStory>(ids => archive.storiesOf(ids), MAX_PLACED)
  let known = BEGINNING
  let turn: Promise<unknown> = Promise.resolve()

  const catchUp = async (): Promise<string> => {
    const { last, noted, lost } = await changes.since(known)
    if (lost) {
      stories.clear()
      articles.clear()
      placed.clear()
    }
    stories.forget(noted.stories)
    articles.forget(noted.articles)
    placed.forget(noted.articles)
    known = last
    return last
  }

  /**
   * The story with the first of its articles that may stand for it, beginning with the lead; null if none may.
   * @param findArticle returns null if there is no such article; undefined if it has to be read first: the result is
   *   then null, and the caller tries again after reading it
   */
  const shownBy = (
    story: StoredStory,
    { isBlocked, mayBe, shows, isOf }: Choice,
    findArticle: (id: ArticleId) => StoredArticle | null | undefined,
  ): Candidate | null => {
    if (!isOf(story.sections)) return null
    // No array is built: each list goes through hundreds of stories, and for most of them the lead is chosen at once.
    for (let beside = -1; beside < story.alsoIn.length; beside += 1) {
      const also = beside < 0 ? undefined : story.alsoIn[beside]
      if (also && !mayBe(also.article, also.source)) continue
      const article = findArticle(also?.article ?? story.lead)
      if (article === undefined) return null
      if (article && shows(article))
        return isOf(article.sections) ? { article, story: without(story, isBlocked) } : null
    }
    return null
  }

  /** Awaits nothing if everything is cached, which is usual. */
  const candidates = async (ids: readonly StoryId[], choice: Choice): Promise<Candidate[]> => {
    const found = stories.here(ids) ?? (await stories.get(ids))
    const read = new Map<ArticleId, StoredArticle | null>()
    for (;;) {
      const missing = new Set<ArticleId>()
      const findArticle = (id: ArticleId): StoredArticle | null | undefined => {
        const here = articles.peek(id)
        const article = here === undefined ? read.get(id) : here
        if (article === undefined) missing.add(id)
        return article
      }
      const shown: Candidate[] = []
      for (const story of found) {
        const candidate = story && shownBy(story, choice, findArticle)
        if (candidate) shown.push(candidate)
      }
      if (missing.size === 0) return shown
      const asked = [...missing]
      for (const [index, article] of (await articles.get(asked)).entries()) read.set(asked[index] as ArticleId, article) // one each
    }
  }

  return {
    refresh() {
      const mine = turn.then(catchUp, catchUp)
      turn = mine
      return mine
    },
    articles: ids => articles.get(ids),
    storiesOf: async ids => (placed.here(ids) ?? (await placed.get(ids))).map(each => each?.story ?? null),
    candidates,
  }
}

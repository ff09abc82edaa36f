/** Caches the stories and articles that lists may show, until the log of changes names them. */

import type { ArticleInStory, ArticleStore, StoredArticle, StoredStory } from '../articles/store.ts'
import type { ArticleId, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import { dropOldest } from '../util/lru.ts'
import { BEGINNING, type Changes } from './changes.ts'
import type { Candidate } from './rules/candidate.ts'

/** Which article of a story may show it; the first that may does. */
export interface Choice {
  /**
   * Whether an editor keeps an article off the list: it neither shows its story nor is named beside the one that does.
   */
  readonly isBlocked: (article: ArticleId) => boolean
  /** Known without reading the article: of those that are named beside the lead. */
  readonly mayBe: (article: ArticleId, source: string) => boolean
  readonly shows: (article: StoredArticle) => boolean
  /** Whether it is of the list's section: the story by its lead, and the article that shows it as well. */
  readonly isOf: (sections: readonly SectionId[]) => boolean
}

export interface CandidateCache {
  /** Forgets what changed. @returns id of the last change that is known here: what is read afterwards is no older */
  refresh(): Promise<string>
  articles(ids: readonly ArticleId[]): Promise<readonly (StoredArticle | null)[]>
  /** The story of each article; null where the article is gone. Kept for many more articles than the above. */
  storiesOf(ids: readonly ArticleId[]): Promise<readonly (StoryId | null)[]>
  /** Stories by an article of theirs that may show them, in the order asked; those without one fall out. */
  candidates(ids: readonly StoryId[], choice: Choice): Promise<Candidate[]>
}

interface Slot<T> {
  value: T | null
  loading: Promise<unknown> | null
}

/**
 * Bounded: beyond `most` those read first go first. What is found under an alias is not kept, since changes are noted
 * under the id of what it leads to.
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
  /** What is here, null where there is none; undefined where it is to be read first. */
  const peek = (id: Id): T | null | undefined => {
    const slot = slots.get(id)
    return slot && slot.loading === null ? slot.value : undefined
  }
  return {
    /** A read that is under way keeps its own slot, so what it brings is not kept: it may be from before the change. */
    forget: (ids: readonly Id[]): void => {
      for (const id of ids) slots.delete(id)
    },
    clear: (): void => slots.clear(),
    peek,
    /** All of them, where nothing is to be read first. */
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

/** Some 3 KB each. What is alike to the news of today may be of any day of the week. */
const MAX_KEPT = 30_000

/** Some 200 bytes each: all articles that are read in a week. */
const MAX_PLACED = 100_000

/**
 * What a list may say of a story: no word of what an editor keeps off it. Mostly nothing is, and the story itself is
 * what may be said.
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
   * A story by the first of its articles that may show it, the lead first; null where none may.
   * @param findArticle null where there is none; undefined where it is to be read first, and so it is left open for now
   */
  const shownBy = (
    story: StoredStory,
    { isBlocked, mayBe, shows, isOf }: Choice,
    findArticle: (id: ArticleId) => StoredArticle | null | undefined,
  ): Candidate | null => {
    if (!isOf(story.sections)) return null
    // In place of a list of them: hundreds of stories are looked at for each list, and most are shown by their lead.
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

  /** Usually everything is cached, and then nothing is awaited. */
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
      const shown = found.flatMap(story => (story && shownBy(story, choice, findArticle)) ?? [])
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

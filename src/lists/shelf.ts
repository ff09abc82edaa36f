/** What is in reach of the lists: stories with the articles they are shown by, kept in memory as long as nobody noted a change of them. */

import type { Archive, StoredArticle, StoredStory } from '../archive/archive.ts'
import type { ArticleId, StoryId } from '../article/article.ts'
import type { SectionId } from '../article/taxonomy.ts'
import { BEGINNING, type Changes } from './changes.ts'
import type { Candidate } from './rules/candidate.ts'

/** Which article of a story may show it; the first that may does. */
export interface Choice {
  /** Known without reading the article: of those that are named beside the lead. */
  readonly mayBe: (article: ArticleId, source: string) => boolean
  readonly shows: (article: StoredArticle) => boolean
  /** Whether it is of the list's section: the story by its lead, and the article that shows it as well. */
  readonly isOf: (sections: readonly SectionId[]) => boolean
}

export interface Shelf {
  /** Forgets what changed. @returns id of the last change that is known here: what is read afterwards is no older */
  refresh(): Promise<string>
  articles(ids: readonly ArticleId[]): Promise<readonly (StoredArticle | null)[]>
  /** Stories by an article of theirs that may show them, in the order asked; those without one fall out. */
  candidates(ids: readonly StoryId[], choice: Choice): Promise<Candidate[]>
}

interface Slot<T> {
  value: T | null
  loading: Promise<unknown> | null
}

/** Bounded: beyond `most` those read first go first. */
const createKept = <Id extends string, T>(
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
          slot.value = values[index] ?? null
          slot.loading = null
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
  return {
    /** A read that is under way keeps its own slot, so what it brings is not kept: it may be from before the change. */
    forget: (ids: readonly Id[]): void => {
      for (const id of ids) slots.delete(id)
    },
    clear: (): void => slots.clear(),
    /** What is here, null where there is none; undefined where it is to be read first. */
    peek: (id: Id): T | null | undefined => {
      const slot = slots.get(id)
      return slot && slot.loading === null ? slot.value : undefined
    },
    async get(ids: readonly Id[]): Promise<(T | null)[]> {
      const missing = [...new Set(ids.filter(id => !slots.has(id)))]
      if (missing.length > 0) read(missing)
      const wanted = ids.map(id => slots.get(id))
      await Promise.all(new Set(wanted.flatMap(slot => slot?.loading ?? [])))
      for (const id of slots.keys()) {
        if (slots.size <= most) break
        slots.delete(id)
      }
      return wanted.map(slot => slot?.value ?? null)
    },
  }
}

/** Some 3 KB each. What is alike to the news of today may be of any day of the week. */
const MOST_KEPT = 30_000

export const createShelf = ({
  archive,
  changes,
  most = MOST_KEPT,
}: {
  archive: Pick<Archive, 'articles' | 'stories'>
  changes: Changes
  most?: number
}): Shelf => {
  const stories = createKept<StoryId, StoredStory>(ids => archive.stories(ids), most)
  const articles = createKept<ArticleId, StoredArticle>(ids => archive.articles(ids), most)
  let known = BEGINNING
  let turn: Promise<unknown> = Promise.resolve()

  const catchUp = async (): Promise<string> => {
    const { last, noted, lost } = await changes.since(known)
    if (lost) {
      stories.clear()
      articles.clear()
    }
    stories.forget(noted.stories)
    articles.forget(noted.articles)
    known = last
    return last
  }

  /** The article by which a story may be shown; null where it may not be, undefined where something is to be read first. */
  const shownHere = (id: StoryId, { mayBe, shows, isOf }: Choice): Candidate | null | undefined => {
    const story = stories.peek(id)
    if (!story) return story
    if (!isOf(story.sections)) return null
    const lead = articles.peek(story.lead)
    if (lead === undefined) return undefined
    if (lead && shows(lead)) return isOf(lead.sections) ? { article: lead, story } : null
    for (const { article: id, source } of story.alsoIn) {
      if (!mayBe(id, source)) continue
      const article = articles.peek(id)
      if (article === undefined) return undefined
      if (article && shows(article)) return isOf(article.sections) ? { article, story } : null
    }
    return null
  }

  /** The first article of each story that may show it, tried one place further down at a time. */
  const read = async (ids: readonly StoryId[], { mayBe, shows, isOf }: Choice): Promise<(Candidate | null)[]> => {
    const found = await stories.get(ids)
    const shown: (Candidate | null)[] = ids.map(() => null)
    let open = found.flatMap((story, index) =>
      story && isOf(story.sections)
        ? {
            story,
            index,
            tries: [
              story.lead,
              ...story.alsoIn.filter(also => mayBe(also.article, also.source)).map(also => also.article),
            ],
          }
        : [],
    )
    for (let depth = 0; open.length > 0; depth += 1) {
      const read = await articles.get(open.map(({ tries }) => tries[depth] as ArticleId)) // filtered to those that have one
      open = open.filter(({ story, index, tries }, at) => {
        const article = read[at]
        if (!article || !shows(article)) return tries.length > depth + 1
        if (isOf(article.sections)) shown[index] = { article, story }
        return false
      })
    }
    return shown
  }

  /** Mostly all of it is here: then nothing is waited for. */
  const candidates = async (ids: readonly StoryId[], choice: Choice): Promise<Candidate[]> => {
    const here = ids.map(id => shownHere(id, choice))
    const absent = ids.filter((_, index) => here[index] === undefined)
    const late = absent.length > 0 ? await read(absent, choice) : []
    let next = 0
    return here.flatMap(each => (each === undefined ? late[next++] : each) ?? [])
  }

  return {
    refresh() {
      const mine = turn.then(catchUp, catchUp)
      turn = mine
      return mine
    },
    articles: ids => articles.get(ids),
    candidates,
  }
}

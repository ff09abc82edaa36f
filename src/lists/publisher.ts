/**
 * Publishes lists: reads candidates, has them ranked by the rules, and swaps the list whole if it changed, then announces it. Anyone may
 * ask for any list at any time: the outcome depends only on what stands in Redis.
 */

import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Archive, Ingested, StoredArticle } from '../archive/archive.ts'
import type { ArticleId } from '../article/article.ts'
import { labelOf, type SectionId, type Taxonomy } from '../article/taxonomy.ts'
import type { Tops } from '../events/tops.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { Source } from '../sources/source.ts'
import type { Stories } from '../story/decision.ts'
import { CONTRACT_VERSION, type Entry, type EventKind, WINDOWS, type Window } from './entry.ts'
import { allNames, changedBy, parseListName, showing } from './names.ts'
import { type Candidate, fillUp, rankLatest, rankMost, rankMustReads, rankRelated } from './rank.ts'
import type { ListSettings } from './settings.ts'

const swap = loadScript(new URL('./swap.lua', import.meta.url))

const MOST_UPDATES = 10_000
/** Related lists of which it is remembered that they show an article: the latest. */
const MOST_SHOWN = 200

export interface Published {
  readonly list: string
  readonly changed: boolean
  readonly count: number
}

export interface Publisher {
  /** Every list but those related to one article. */
  names(): readonly string[]
  affectedBy(ingested: Ingested): readonly string[]
  /** Articles in whose related lists these are shown. */
  relatedShowing(ids: readonly ArticleId[]): Promise<readonly ArticleId[]>
  /** @throws RangeError for what is no name of a list */
  publish(name: string): Promise<Published>
  /** Writes the taxonomy for readers. */
  publishSections(): Promise<void>
}

export interface PublisherParts {
  readonly redis: Redis
  readonly keys: Keys
  readonly archive: Pick<Archive, 'articles' | 'stories' | 'newestStories'>
  readonly stories: Pick<Stories, 'similar'>
  readonly tops: Tops
  readonly taxonomy: () => Taxonomy
  readonly source: (id: string) => Source | undefined
  readonly settings: () => ListSettings
  /** ms: related lists live as long as articles. */
  readonly retention: () => number
  readonly now: () => number
}

/** A list's candidates in order, and what it had to be filled up from. */
interface Ranked {
  readonly candidates: readonly Candidate[]
  readonly fallback: string
}

const AGE_OF: Readonly<Record<Window, number>> = {
  now: 3 * 86_400_000,
  hour: 3 * 86_400_000,
  day: 3 * 86_400_000,
  week: 8 * 86_400_000,
}

export const createPublisher = (parts: PublisherParts): Publisher => {
  const { redis, keys, archive, stories, tops, taxonomy, source, settings, retention, now } = parts

  const inSection = (sections: readonly SectionId[], section: SectionId): boolean =>
    sections.some(id => id === section || taxonomy().find(each => each.id === id)?.parent === section)

  /** Stories by their leads; those that expired or changed section meanwhile fall out. */
  const candidatesOf = async (ids: readonly StoredArticle['story'][], section?: SectionId): Promise<Candidate[]> => {
    const found = (await archive.stories(ids)).filter(story => story !== null)
    const leads = await archive.articles(found.map(({ lead }) => lead))
    return found.flatMap((story, index) => {
      const article = leads[index]
      if (!article || (section !== undefined && !inSection(article.sections, section))) return []
      return { article, story }
    })
  }

  const newest = async (limit: number, section?: SectionId) =>
    candidatesOf(await archive.newestStories(limit, section), section)

  const latest = async (section?: SectionId): Promise<Candidate[]> => {
    const { latest: size, sourceShare } = settings()
    return rankLatest(await newest(size * 3, section), size, sourceShare)
  }

  /** Articles of a window by their stories. Sections are thinner than the whole, so more of the window is looked at for one. */
  const most = async (kind: EventKind, window: Window, section?: SectionId): Promise<Candidate[]> => {
    const { mostRead: size } = settings()
    const heads = await tops(kind, window, size * (section === undefined ? 4 : 20))
    const articles = await archive.articles(heads.map(({ article }) => article))
    const candidates = await candidatesOf(
      [...new Set(articles.flatMap(article => (article ? [article.story] : [])))],
      section,
    )
    const byStory = new Map(candidates.map(candidate => [candidate.story.id, candidate]))
    const counted = heads.flatMap(({ count }, index) => {
      const candidate = byStory.get(articles[index]?.story ?? ('' as StoredArticle['story']))
      return candidate && candidate.article.publishedAt >= now() - AGE_OF[window] ? { candidate, count } : []
    })
    return rankMost(counted, size)
  }

  const mustReads = async (section?: SectionId): Promise<Ranked> => {
    const { mustReads: size, mustReadsAge, mustReadsHalfLife, minimum } = settings()
    const pool = await newest(500, section)
    const rule = {
      now: now(),
      halfLife: mustReadsHalfLife,
      maxAge: mustReadsAge,
      weightOf: (id: string) => source(id)?.weight ?? 1,
    }
    return filled(rankMustReads(pool, size, rule), [['latest', async () => latest(section)]], minimum)
  }

  const filled = async (
    first: readonly Candidate[],
    others: readonly (readonly [name: string, read: () => Promise<readonly Candidate[]>])[],
    minimum: number,
  ): Promise<Ranked> => {
    let candidates: readonly Candidate[] = first
    let fallback = ''
    for (const [name, read] of others) {
      if (candidates.length >= minimum) break
      const longer = fillUp(candidates, [await read()], minimum)
      if (longer.length > candidates.length) fallback = name
      candidates = longer
    }
    return { candidates, fallback }
  }

  const mostFilled = async (kind: EventKind, window: Window, section?: SectionId): Promise<Ranked> => {
    const wider = WINDOWS.slice(WINDOWS.indexOf(window) + 1)
    return filled(
      await most(kind, window, section),
      [...wider.map(each => [each, () => most(kind, each, section)] as const), ['latest', () => latest(section)]],
      settings().minimum,
    )
  }

  const related = async (id: ArticleId): Promise<Ranked> => {
    const [article] = await archive.articles([id])
    if (!article) return { candidates: [], fallback: '' }
    const { related: size, relatedAge, minimum } = settings()
    const alike = await stories.similar(id, size * 3)
    const articles = await archive.articles(alike.map(each => each.id))
    const candidates = await candidatesOf([...new Set(articles.flatMap(each => (each ? [each.story] : [])))])
    const byStory = new Map(candidates.map(candidate => [candidate.story.id, candidate]))
    const scored = alike.flatMap(({ similarity }, index) => {
      const candidate = byStory.get(articles[index]?.story ?? article.story)
      return candidate && candidate.story.id !== article.story ? { candidate, similarity } : []
    })
    const others = async () =>
      (await newest(size * 2, article.section))
        .filter(({ story }) => story.id !== article.story)
        .sort((a, b) => b.article.publishedAt - a.article.publishedAt)
    const overall = async () => (await newest(size * 2)).filter(({ story }) => story.id !== article.story)
    return filled(
      rankRelated(scored, size, now(), relatedAge),
      [
        ['latest', others],
        ['latest', overall],
      ],
      Math.min(minimum, size),
    )
  }

  const rankedBy = (name: string): Promise<Ranked> => {
    const parsed = parseListName(name)
    if (parsed === null) throw new RangeError(`${JSON.stringify(name)} is no list: see docs/redis-contract.md`)
    if (parsed.rule === 'related') return related(parsed.article)
    if (parsed.section !== undefined && !taxonomy().some(({ id }) => id === parsed.section)) {
      throw new RangeError(`${JSON.stringify(parsed.section)} is no section of config/sections.yaml`)
    }
    if (parsed.rule === 'latest') return latest(parsed.section).then(candidates => ({ candidates, fallback: '' }))
    if (parsed.rule === 'must-reads') return mustReads(parsed.section)
    return mostFilled(parsed.kind, parsed.window, parsed.section)
  }

  const entryOf = ({ article, story }: Candidate, rank: number): Entry => {
    const [owner = ''] = article.sources
    return {
      rank,
      id: article.id,
      title: article.title,
      url: article.url,
      section: { id: article.section, label: labelOf(taxonomy(), article.section, settings().language) },
      sections: [...article.sections],
      source: { id: owner, name: source(owner)?.name ?? owner },
      author: article.author,
      language: article.language,
      publishedAt: new Date(article.publishedAt).toISOString(),
      image: article.image,
      summary: article.summary,
      counts: article.counts,
      story: { id: story.id, articles: Math.max(1, story.articles.length), sources: Math.max(1, story.sources.length) },
      alsoIn: story.alsoIn
        .filter(also => also.source !== owner)
        .map(also => ({ source: { id: also.source, name: source(also.source)?.name ?? also.source }, url: also.url })),
    }
  }

  /** So that an edit of the one can find the list of the other: nobody else could tell which of the many related lists show it. */
  const noteShown = async (shown: ArticleId, beside: ArticleId): Promise<void> => {
    const key = keys.shownBy(shown)
    await redis
      .multi()
      .zadd(key, String(now()), beside)
      .zremrangebyrank(key, 0, -MOST_SHOWN - 1)
      .pexpire(key, retention())
      .exec()
  }

  return {
    names: () => allNames(taxonomy()),
    affectedBy({ sections, stories: touched, edited }) {
      const known = sections.filter(id => taxonomy().some(each => each.id === id))
      if (edited.length > 0) return showing(known)
      return touched.length === 0 ? [] : changedBy(known)
    },

    async relatedShowing(ids) {
      const shown = await Promise.all(ids.map(id => redis.zrange(keys.shownBy(id), 0, '-1')))
      return [...new Set(shown.flat())] as ArticleId[] // written below
    },

    async publish(name) {
      const { candidates, fallback } = await rankedBy(name)
      const entries = candidates.map((candidate, index) => JSON.stringify(entryOf(candidate, index + 1)))
      const hash = createHash('sha256').update(entries.join('\n')).digest('base64url').slice(0, 22)
      const at = new Date(now()).toISOString()
      const lives = name.startsWith('related:') ? retention() : 0
      const version = Number(
        await runScript(redis, swap, [keys.list(name), keys.listMeta(name)], [hash, at, lives, fallback, ...entries]),
      )
      const parsed = parseListName(name)
      if (version > 0 && parsed?.rule === 'related')
        await Promise.all(candidates.map(({ article }) => noteShown(article.id, parsed.article)))
      // Announced after the swap: who reads on the announcement sees the new list.
      if (version > 0)
        await redis.xadd(keys.updates(), 'MAXLEN', '~', MOST_UPDATES, '*', 'list', name, 'version', version, 'at', at)
      return { list: name, changed: version > 0, count: entries.length }
    },

    async publishSections() {
      const sections = taxonomy().map(({ id, labels, parent }) => ({ id, labels, parent: parent ?? null }))
      await redis.set(keys.sections(), JSON.stringify({ version: CONTRACT_VERSION, sections }))
    },
  }
}

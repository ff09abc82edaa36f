/**
 * The article store over Redis: one script call per article, one per story and one ZADD per index. A batch takes three
 * round trips, since ioredis pipelines the commands of one turn of the event loop. Every command uses keys of one slot,
 * so it also works on a cluster.
 */

import type { Redis } from 'ioredis'
import type { Article, ArticleId, Evidence, StoryId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import { COUNTERS } from '../domain/counts.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Decision, Merge } from '../domain/story-decision.ts'
import type { Keys } from '../redis/keys.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'
import { articleFields, parseArticle, parseStory } from './hashes.ts'
import { leadScore } from './rules/lead.ts'
import type { ArticleStore, Ingested, StoredArticle } from './store.ts'
import { collapseChanges, createStoryWriter, MAX_MERGE_CHAIN, type Placed } from './story-writer.ts'
import { noteTitles } from './titles.ts'

const upsertScript = loadScript(new URL('./upsert.lua', import.meta.url))
const setSectionScript = loadScript(new URL('./set-section.lua', import.meta.url))

const MAX_SECTIONS = 3

export interface ArticleStoreParts {
  readonly redis: Redis
  readonly keys: Keys
  /** articles.retention, in ms. */
  readonly retention: () => number
  /** lists.poolSize: stories kept in each index. */
  readonly poolSize: () => number
  /** Weight of a source, which decides the lead of a story. */
  readonly findWeight: (id: SourceId) => number
  /** Parent of a section; stories are indexed under it as well. */
  readonly findParent: (id: SectionId) => SectionId | undefined
}

interface Decided {
  readonly article: Article
  readonly decision: Decision
}

/** An article after its upsert. */
interface Written extends Decided {
  readonly target: ArticleId
  readonly outcome: 'added' | 'updated' | 'merged' | 'unchanged' | 'missing'
  readonly sections: readonly SectionId[]
  readonly sources: readonly SourceId[]
  readonly publishedAt: string
}

export const createArticleStore = (parts: ArticleStoreParts): ArticleStore => {
  const { redis, keys, retention, findWeight } = parts
  const writer = createStoryWriter(parts)

  const writeArticles = async (batch: readonly Decided[], now: number, crawl?: string): Promise<Written[]> => {
    const targets = batch.map(({ article, decision }) => (decision.kind === 'same' ? decision.as : article.id))
    const answers = (await Promise.all(
      batch.map(({ article, decision }, index) => {
        const target = targets[index] ?? article.id
        const reprintOf = decision.kind === 'reprint' ? decision.of : null
        return runScript(
          redis,
          upsertScript,
          [keys.article(target)],
          [
            JSON.stringify(articleFields({ ...article, id: target }, decision.story, reprintOf, now, crawl)),
            article.sources[0] ?? '',
            target === article.id ? 'own' : 'merge',
            JSON.stringify(article.sections.slice(0, MAX_SECTIONS)),
            retention(),
            MAX_SECTIONS,
            new Date(now + CLOCK_SLACK).toISOString(),
            ...COUNTERS,
          ],
        )
      }),
    )) as [Written['outcome'], string?, string?, string?][] // as upsert.lua returns
    return answers.flatMap(([outcome, sections = '[]', sources = '[]', publishedAt = ''], index) => {
      const decided = batch[index]
      const target = targets[index]
      if (!decided || !target) return []
      return { ...decided, target, outcome, sections: JSON.parse(sections), sources: JSON.parse(sources), publishedAt }
    })
  }

  const joinStory = async ({ article, decision, target, sections, sources, publishedAt }: Written, now: number) => {
    const [owner] = sources
    // Only the source that brought an article first changes its score and URL; others are just added as sources.
    const isOwn = owner !== undefined && owner === article.sources[0] && target === article.id
    const scored = isOwn
      ? { score: leadScore(article, findWeight(owner), decision.kind === 'reprint'), url: article.url }
      : {}
    const placed = await writer.join(decision.story, { id: target, sources, sections, at: publishedAt, ...scored }, now)
    // Another worker merged the story into this one meanwhile.
    if (placed.story !== decision.story) await writer.setStory([target], placed.story)
    return placed
  }

  const joinStories = async (written: readonly Written[], now: number): Promise<Placed[]> => {
    // Ids of other URLs become aliases: of an article that was merged into it, and of the URL it moved to.
    const aliases = written.flatMap(({ article, target }) =>
      [...new Set([article.id, articleId(article.url)])]
        .filter(id => id !== target)
        .map(id => redis.set(keys.alias(id), target, 'PX', retention())),
    )
    const placed = await Promise.all(written.map(each => joinStory(each, now)))
    await Promise.all(aliases)
    return placed
  }

  /** Indexes articles by publication, for eviction of the oldest. */
  const indexArticles = async (written: readonly Written[]): Promise<void> => {
    const scored = written.flatMap(({ outcome, target, publishedAt }) =>
      // Articles that already existed are indexed too: their first batch may have failed before this step.
      outcome === 'missing' ? [] : [Date.parse(publishedAt), target],
    )
    if (scored.length > 0) await redis.zadd(keys.articleIndex(), ...scored)
  }

  /** Appends new and changed articles to the title stream that the search reads. */
  const noteChanged = (written: readonly Written[]): Promise<void> =>
    noteTitles(
      redis,
      keys,
      written.flatMap(({ target, outcome, article, sections, sources, publishedAt }) =>
        outcome === 'added' || outcome === 'updated'
          ? {
              ...{ id: target, title: article.title, isNew: outcome === 'added' },
              ...{ at: Date.parse(publishedAt), source: sources[0] ?? '', section: sections[0] ?? article.section },
            }
          : [],
      ),
    )

  /** Runs merges in sequence, since a story may be merged into one that is merged itself. */
  const mergeStories = async (merges: readonly Merge[], now: number): Promise<Placed[]> => {
    const placed: Placed[] = []
    for (const { from, into } of merges) placed.push(...(await writer.merge(from, into, now)))
    return placed
  }

  const readArticles = async (ids: readonly ArticleId[]) =>
    (await Promise.all(ids.map(id => redis.hgetall(keys.article(id))))).map(parseArticle)

  /** Finds ids without an article: an alias may outlive its article. */
  const findGone = async (ids: readonly ArticleId[]): Promise<ReadonlySet<ArticleId>> => {
    const exists = await Promise.all(ids.map(id => redis.exists(keys.article(id))))
    return new Set(ids.filter((_, index) => exists[index] === 0))
  }

  const resolve = async (ids: readonly ArticleId[]): Promise<(ArticleId | null)[]> => {
    const [exists, aliases] = await Promise.all([
      Promise.all(ids.map(id => redis.exists(keys.article(id)))),
      Promise.all(ids.map(id => redis.get(keys.alias(id)))),
    ])
    const aliased = ids.map((_, index) =>
      exists[index] ? null : ((aliases[index] as ArticleId | null | undefined) ?? null),
    )
    const gone = await findGone(aliased.filter(id => id !== null))
    return ids.map((id, index) => {
      const other = aliased[index] ?? null
      return exists[index] ? id : other !== null && gone.has(other) ? null : other
    })
  }

  return {
    async ingest(batch, now, crawl): Promise<Ingested> {
      const written = await writeArticles(batch, now, crawl)
      // `missing`: the article to merge into has expired meanwhile, so there is nothing to add to.
      const [joined] = await Promise.all([
        joinStories(
          written.filter(({ outcome }) => outcome !== 'missing'),
          now,
        ),
        noteChanged(written),
        indexArticles(written),
      ])
      const merged = await mergeStories(
        batch.flatMap(({ decision }) => decision.merges),
        now,
      )
      const placed = collapseChanges([...joined, ...merged])
      await writer.index(placed)
      const isMerge = ({ outcome, target, article }: Written) =>
        outcome === 'merged' || (outcome === 'unchanged' && target !== article.id)
      const count = (outcome: Written['outcome']) =>
        written.filter(each => each.outcome === outcome && !isMerge(each)).length
      return {
        articles: [...new Set(written.map(({ target }) => target))],
        stories: placed.map(({ story }) => story),
        sections: collectSections(placed),
        added: count('added'),
        addedIds: written.flatMap(({ outcome, target }) => (outcome === 'added' ? target : [])),
        updated: count('updated'),
        edited: written.flatMap(({ outcome, target }) => (outcome === 'updated' ? target : [])),
        merged: written.filter(isMerge).length,
        unchanged: count('unchanged'),
      }
    },

    async articles(ids): Promise<(StoredArticle | null)[]> {
      const found = await readArticles(ids)
      const missing = ids.filter((_, index) => found[index] === null)
      if (missing.length === 0) return found
      const became = await resolve(missing)
      const followed = await readArticles(became.filter(id => id !== null))
      const byId = new Map(followed.flatMap(article => (article ? [[article.id, article] as const] : [])))
      const targets = new Map(missing.map((id, index) => [id, became[index]]))
      return ids.map((id, index) => found[index] ?? byId.get(targets.get(id) ?? id) ?? null)
    },

    async stories(ids) {
      return (await Promise.all(ids.map(id => redis.hgetall(keys.story(id))))).map(parseStory)
    },

    async newestStories(limit, section) {
      return (await redis.zrevrange(keys.storyIndex(section), 0, limit - 1)) as StoryId[]
    },

    async horizon() {
      return Number((await redis.hget(keys.eviction(), 'horizon')) ?? 0)
    },

    resolve,

    async resolveStories(ids) {
      const [exists, into] = await Promise.all([
        Promise.all(ids.map(id => redis.hexists(keys.story(id), 'id'))),
        Promise.all(ids.map(id => redis.hget(keys.story(id), 'into'))),
      ])
      // Chains of merges are rare and finite: `into` never points back to a story that was merged into this one.
      return Promise.all(
        ids.map(async (id, index) => {
          let now: string | null = exists[index] ? id : (into[index] ?? null)
          for (let move = 0; now !== null && now !== id && move < MAX_MERGE_CHAIN; move += 1) {
            const next: string | null = await redis.hget(keys.story(now), 'into')
            if (next === null) break
            now = next
          }
          return now as StoryId | null // written by close-story.lua
        }),
      )
    },

    async resolveBare(ids) {
      const stored = await readArticles(ids)
      return stored.map((article, index) => (article && articleId(article.url) === ids[index] ? article.id : null))
    },

    async merge(from, into, now) {
      const placed = collapseChanges(await writer.merge(from, into, now))
      await writer.index(placed)
      return changed(placed)
    },

    async split(from, to, articles, now) {
      const placed = collapseChanges(await writer.split(from, to, articles, now))
      await writer.index(placed)
      return changed(placed)
    },

    async setSection(id, section, by, now) {
      const evidence: Evidence = { section: section ?? '', from: 'editor', what: by, weight: 1 }
      const [before = '', filed = '[]', carriers = '[]', at = '', story = '', title = ''] = (await runScript(
        redis,
        setSectionScript,
        [keys.article(id)],
        [section ?? '', JSON.stringify(evidence), MAX_SECTIONS],
      )) as [string, string?, string?, string?, string?, string?] // as set-section.lua returns
      if (before === 'missing') return null
      const sections: SectionId[] = JSON.parse(filed)
      const sources: SourceId[] = JSON.parse(carriers)
      const [after = before] = sections
      const placed = await writer.join(story as StoryId, { id, sources, sections, at }, now) // written by ingest
      await Promise.all([
        writer.index([placed]),
        noteTitles(redis, keys, [
          {
            ...{ id, title, isNew: false },
            ...{ at: Date.parse(at), source: sources[0] ?? '', section: after },
          },
        ]),
      ])
      const touched = collectSections([{ ...placed, before: [...placed.before, ...sections, before] }])
      return { before, after, ingested: { ...changed([placed]), articles: [id], edited: [id], sections: touched } }
    },
  }
}

const collectSections = (placed: readonly Placed[]): SectionId[] => [
  ...new Set(placed.flatMap(({ sections, before }) => [...sections, ...before])),
]

/** The result of an editor's change: it affects stories, not the articles themselves. */
const changed = (placed: readonly Placed[]): Ingested => ({
  articles: [],
  edited: [],
  stories: placed.map(({ story }) => story),
  sections: collectSections(placed),
  added: 0,
  addedIds: [],
  updated: 0,
  merged: 0,
  unchanged: 0,
})

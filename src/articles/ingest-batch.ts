/**
 * Stores a batch of decided articles: one script call per article, one per story and one ZADD per index. A batch takes
 * three round trips, since ioredis pipelines the commands of one turn of the event loop.
 */

import type { Article, ArticleId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import { COUNTERS } from '../domain/counts.ts'
import { registrableDomain } from '../domain/registrable-domain.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import type { Merge } from '../domain/story-decision.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { CLOCK_SLACK } from '../util/plausible-time.ts'
import { articleFields } from './hashes.ts'
import { leadScore } from './rules/lead.ts'
import type { ArticleStore, Ingested } from './store.ts'
import { collapseChanges, collectSections, type Moves, type Placed } from './story-changes.ts'
import type { StoryWriter, StoryWriterParts } from './story-writer.ts'
import { listTextKeys } from './text-keys.ts'
import { noteTitles } from './titles.ts'

const upsertScript = loadScript(new URL('./upsert.lua', import.meta.url))

export const MAX_SECTIONS = 3

export interface IngestParts extends StoryWriterParts {
  /** Weight of a source, which decides the lead of a story. */
  readonly findWeight: (id: SourceId) => number
  readonly labels: ArticleLabels
}

/** Names that an article's hash has for people. */
export interface ArticleLabels {
  /** Name of a source; its id if it is unknown. */
  readonly findPublisher: (id: SourceId) => string
  /** Label of a section; its id if it is unknown. */
  readonly findSectionLabel: (id: SectionId) => string
  /** Labels of all sections by id. */
  readonly listSectionLabels: () => Readonly<Record<SectionId, string>>
}

type Decided = Parameters<ArticleStore['ingest']>[0][number]

/** An article after its upsert. */
interface Written extends Decided {
  readonly target: ArticleId
  /** `missing`: the article to merge into has expired meanwhile, so there is nothing to add to. */
  readonly outcome: 'added' | 'updated' | 'merged' | 'unchanged' | 'missing'
  readonly sections: readonly SectionId[]
  readonly sources: readonly SourceId[]
  readonly publishedAt: string
}

const upsert = async (
  { redis, keys, retention, labels }: IngestParts,
  { article, decision, content }: Decided,
  now: number,
  crawl?: string,
): Promise<Written> => {
  const target = decision.kind === 'same' ? decision.as : article.id
  const reprintOf = decision.kind === 'reprint' ? decision.of : null
  const owner = article.sources[0] ?? ('' as SourceId) // articles have a source
  const [outcome, sections = '[]', sources = '[]', publishedAt = ''] = (await runScript(
    redis,
    upsertScript,
    listTextKeys(keys, target),
    [
      JSON.stringify({
        ...articleFields({ ...article, id: target }, decision.story, reprintOf, now, crawl),
        publisher: labels.findPublisher(owner),
        sectionLabel: labels.findSectionLabel(article.section),
      }),
      owner,
      target === article.id ? 'own' : 'merge',
      JSON.stringify(article.sections.slice(0, MAX_SECTIONS)),
      retention(),
      MAX_SECTIONS,
      new Date(now + CLOCK_SLACK).toISOString(),
      ...(content === undefined ? ['keep', ''] : content === null ? ['none', ''] : ['set', content]),
      ...COUNTERS,
    ],
  )) as [Written['outcome'], string?, string?, string?] // as upsert.lua returns
  return {
    ...{ article, decision, target, outcome, publishedAt },
    ...{ sections: JSON.parse(sections), sources: JSON.parse(sources) },
  }
}

/** Indexes articles by publication, for eviction of the oldest. */
const indexArticles = async ({ redis, keys }: IngestParts, written: readonly Written[]): Promise<void> => {
  // Articles that already existed are indexed too: their first batch may have failed before this step.
  const scored = written.flatMap(({ target, publishedAt }) => [Date.parse(publishedAt), target])
  if (scored.length > 0) await redis.zadd(keys.articleIndex(), ...scored)
}

/** Appends new and changed articles to the title stream that the search reads. */
const noteChanged = ({ redis, keys }: IngestParts, written: readonly Written[]): Promise<void> =>
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

/** The ids of other URLs of an article: of one that was merged into it, and of the URL it moved to. */
const listAliases = ({ article, target }: Written): ArticleId[] =>
  [...new Set([article.id, articleId(article.url)])].filter(id => id !== target)

const writeAliases = ({ redis, keys, retention }: IngestParts, written: readonly Written[]): Promise<unknown> =>
  Promise.all(
    written.flatMap(each => listAliases(each).map(id => redis.set(keys.alias(id), each.target, 'PX', retention()))),
  )

const summarise = (written: readonly Written[], placed: readonly Placed[], moved: ReadonlySet<ArticleId>): Ingested => {
  const isMerge = ({ outcome, target, article }: Written) =>
    outcome === 'merged' || (outcome === 'unchanged' && target !== article.id)
  const select = (outcome: Written['outcome']) =>
    written.flatMap(each => (each.outcome === outcome && !isMerge(each) ? each.target : []))
  const [added, updated] = [select('added'), select('updated')]
  return {
    articles: [...new Set(written.map(({ target }) => target))],
    moved: [...moved],
    aliases: [...new Set(written.flatMap(listAliases))],
    stories: placed.map(({ story }) => story),
    sections: collectSections(placed),
    ...{ added: added.length, addedIds: added },
    ...{ updated: updated.length, edited: updated },
    merged: written.filter(isMerge).length,
    unchanged: select('unchanged').length,
  }
}

/** The weight of an article's source as rules change it. What is in no list leads only where nothing else can. */
const weigh = ({ ruled }: Article, weight: number): number =>
  ruled?.isHidden ? 0 : Math.min(10, weight * (ruled?.weight ?? 1))

export const createIngest = (parts: IngestParts, writer: StoryWriter): ArticleStore['ingest'] => {
  const joinStory = async ({ article, decision, target, sections, sources, publishedAt }: Written, now: number) => {
    const [owner] = sources
    // Only the source that brought an article first changes its score and URL; others are just added as sources.
    const isOwn = owner !== undefined && owner === article.sources[0] && target === article.id
    const scored = isOwn
      ? {
          score: leadScore(article, weigh(article, parts.findWeight(owner)), decision.kind === 'reprint'),
          url: article.url,
          publisher: registrableDomain(article.url),
        }
      : {}
    const placed = await writer.join(decision.story, { id: target, sources, sections, at: publishedAt, ...scored }, now)
    // Another worker merged the story into this one meanwhile.
    if (placed.story !== decision.story) await writer.setStory([target], placed.story)
    return placed
  }

  /** Runs merges in sequence, since a story may be merged into one that is merged itself. */
  const mergeStories = async (merges: readonly Merge[], now: number): Promise<Moves[]> => {
    const moves: Moves[] = []
    for (const { from, into } of merges) moves.push(await writer.merge(from, into, now))
    return moves
  }

  return async (batch, now, crawl) => {
    const written = await Promise.all(batch.map(each => upsert(parts, each, now, crawl)))
    const stored = written.filter(({ outcome }) => outcome !== 'missing')
    const [joined] = await Promise.all([
      Promise.all(stored.map(each => joinStory(each, now))),
      writeAliases(parts, stored),
      noteChanged(parts, stored),
      indexArticles(parts, stored),
    ])
    const merges = batch.flatMap(({ decision }) => decision.merges)
    const moves = await mergeStories(merges, now)
    const placed = collapseChanges([...joined, ...moves.flatMap(each => each.placed)])
    await writer.index(placed)
    return summarise(written, placed, new Set(moves.flatMap(({ moved }) => moved)))
  }
}

/** Completes a stored article with what its page says (complete.lua): it keeps its id, its story and its counts. */

import type { ArticleId, StoryId } from '../domain/article.ts'
import { articleId } from '../domain/canonical-url.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import { loadScript, runScript } from '../redis/script.ts'
import type { IngestParts } from './ingest-batch.ts'
import type { Completion, Ingested } from './store.ts'
import { collectSections, type Placed } from './story-changes.ts'
import type { StoryWriter } from './story-writer.ts'
import { listTextKeys } from './text-keys.ts'
import { noteTitles } from './titles.ts'

const completeScript = loadScript(new URL('./complete.lua', import.meta.url))

/** What the script says of an article that it changed. */
interface Written {
  readonly isShown: boolean
  /** ISO 8601; empty if its time stays. */
  readonly dated: string
  readonly story: StoryId
  readonly sections: readonly SectionId[]
  readonly sources: readonly SourceId[]
  readonly title: string
}

const write = async (
  { redis, keys }: IngestParts,
  id: ArticleId,
  source: SourceId,
  { image, images, author, authors, access, published, content }: Completion,
): Promise<Written | null> => {
  const fields = {
    ...(image === null ? {} : { image }),
    ...(image === null || !images ? {} : { images: JSON.stringify(images) }),
    ...(author === null ? {} : { author, authors: JSON.stringify(authors ?? []) }),
  }
  const [outcome, isShown, dated = '', story = '', sections = '[]', sources = '[]', title = ''] = (await runScript(
    redis,
    completeScript,
    listTextKeys(keys, id),
    [source, JSON.stringify(fields), access ?? '', content ?? '', published ?? ''],
  )) as [string, string?, string?, string?, string?, string?, string?] // as complete.lua returns
  if (outcome !== 'completed') return null
  return {
    ...{ isShown: isShown === '1', dated, story: story as StoryId, title },
    ...{ sections: JSON.parse(sections), sources: JSON.parse(sources) },
  }
}

/** An article that turned out to be older: in its story, and in the indexes by time. */
const redate = async (
  { redis, keys }: IngestParts,
  writer: StoryWriter,
  id: ArticleId,
  { dated: at, story, sections, sources, title }: Written,
  now: number,
): Promise<Placed> => {
  const [placed] = await Promise.all([
    writer.join(story, { id, sources, sections, at }, now),
    redis.zadd(keys.articleIndex(), 'XX', Date.parse(at), id),
    noteTitles(redis, keys, [
      { ...{ id, title, isNew: false }, at: Date.parse(at), source: sources[0] ?? '', section: sections[0] ?? '' },
    ]),
  ])
  await writer.index([placed])
  return placed
}

/** Lets the address that a page names as its own lead to its article, unless that is another article's. */
const addAlias = async (
  { redis, keys, retention }: IngestParts,
  id: ArticleId,
  canonical: string,
): Promise<boolean> => {
  const other = articleId(canonical)
  if (other === id || (await redis.exists(keys.article(other))) === 1) return false
  return (await redis.set(keys.alias(other), id, 'PX', retention(), 'NX')) === 'OK'
}

export const createComplete =
  (parts: IngestParts, writer: StoryWriter) =>
  async (id: ArticleId, source: SourceId, completion: Completion, now: number): Promise<Ingested | null> => {
    const written = await write(parts, id, source, completion)
    const isAliased = completion.canonical !== null && (await addAlias(parts, id, completion.canonical))
    if (!written && !isAliased) return null
    const placed = written && written.dated !== '' ? [await redate(parts, writer, id, written, now)] : []
    const isShown = placed.length > 0 || written?.isShown === true
    return {
      ...{ articles: isShown ? [id] : [], edited: isShown ? [id] : [], moved: [], addedIds: [] },
      aliases: isAliased && completion.canonical !== null ? [articleId(completion.canonical)] : [],
      stories: placed.map(({ story }) => story),
      sections: placed.length > 0 ? collectSections(placed) : isShown ? (written?.sections ?? []) : [],
      ...{ added: 0, updated: isShown ? 1 : 0, merged: 0, unchanged: 0 },
    }
  }

/** The article store over Redis. Every command uses keys of one slot, so it also works on a cluster. */

import type { ArticleId, Evidence, StoryId } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { SourceId } from '../domain/source.ts'
import { loadScript, runScript } from '../redis/script.ts'
import { createComplete } from './complete.ts'
import { createIngest, type IngestParts, MAX_SECTIONS } from './ingest-batch.ts'
import { createArticleLookup } from './lookup.ts'
import type { ArticleStore, Ingested } from './store.ts'
import { collapseChanges, collectSections, type Moves, type Placed } from './story-changes.ts'
import { createStoryWriter, type StoryWriter } from './story-writer.ts'
import { noteTitles } from './titles.ts'

const setSectionScript = loadScript(new URL('./set-section.lua', import.meta.url))

/** The result of an editor's change: it affects stories, not the articles themselves. */
const changed = (placed: readonly Placed[], moved: readonly ArticleId[] = []): Ingested => ({
  articles: [],
  moved,
  aliases: [],
  edited: [],
  stories: placed.map(({ story }) => story),
  sections: collectSections(placed),
  added: 0,
  addedIds: [],
  updated: 0,
  merged: 0,
  unchanged: 0,
})

const createSetSection =
  ({ redis, keys, labels }: IngestParts, writer: StoryWriter): ArticleStore['setSection'] =>
  async (id, section, by, now) => {
    const evidence: Evidence = { section: section ?? '', from: 'editor', what: by, weight: 1 }
    const [before = '', filed = '[]', carriers = '[]', at = '', story = '', title = ''] = (await runScript(
      redis,
      setSectionScript,
      [keys.article(id)],
      [section ?? '', JSON.stringify(evidence), MAX_SECTIONS, JSON.stringify(labels.listSectionLabels())],
    )) as [string, string?, string?, string?, string?, string?] // as set-section.lua returns
    if (before === 'missing') return null
    const sections: SectionId[] = JSON.parse(filed)
    const sources: SourceId[] = JSON.parse(carriers)
    const [after = before] = sections
    const placed = await writer.join(story as StoryId, { id, sources, sections, at }, now) // written by ingest
    await Promise.all([
      writer.index([placed]),
      noteTitles(redis, keys, [
        { ...{ id, title, isNew: false }, at: Date.parse(at), source: sources[0] ?? '', section: after },
      ]),
    ])
    const touched = collectSections([{ ...placed, before: [...placed.before, ...sections, before] }])
    return { before, after, ingested: { ...changed([placed]), articles: [id], edited: [id], sections: touched } }
  }

export const createArticleStore = (parts: IngestParts): ArticleStore => {
  const writer = createStoryWriter(parts)
  const finish = async (moves: Moves): Promise<Ingested> => {
    const placed = collapseChanges(moves.placed)
    await writer.index(placed)
    return changed(placed, moves.moved)
  }
  return {
    ...createArticleLookup(parts),
    ingest: createIngest(parts, writer),
    complete: createComplete(parts, writer),
    setSection: createSetSection(parts, writer),
    merge: async (from, into, now) => finish(await writer.merge(from, into, now)),
    split: async (from, to, articles, now) => finish(await writer.split(from, to, articles, now)),
  }
}

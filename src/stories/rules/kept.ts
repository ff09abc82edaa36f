/**
 * What is kept in memory of each article of the window. There are many, so its numbers lie in a block: how near it came
 * to a story on arrival, its terms in order, and the weights of its distinct terms as of its arrival.
 */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { Decision, Merge } from '../../domain/story-decision.ts'
import { type Blocks, blockSize } from './blocks.ts'
import type { Features, Term } from './features.ts'
import type { Arrived, LogEntry } from './log-entry.ts'
import type { Kept } from './story.ts'
import { distinctTerms, type Vector } from './vectors.ts'

export type KeptEntry = Exclude<LogEntry, { readonly pin: unknown }>

const NO_MERGES: readonly Merge[] = []
/** Before the terms: score and what was needed on arrival, in hundredths; -1 where nothing was near. */
const HEAD = 2

const lengthOf = ({ titleLength, summaryLength, slugLength, weightsLength }: Kept): number =>
  HEAD + titleLength + summaryLength + slugLength + weightsLength

/** @param vector null for an article whose words do not count */
export const keep = (blocks: Blocks, slot: number, entry: KeptEntry, vector: Vector | null): Kept => {
  const { features, decision, arrived, at } = entry
  const { title, summary, slug } = vector ? features : { title: [], summary: [], slug: [] }
  const weightsLength = vector?.weights.length ?? 0
  const block = blocks.allocate(blockSize(HEAD + title.length + summary.length + slug.length + weightsLength))
  const { data } = blocks
  let to = block
  data[to++] = arrived ? Math.round(arrived.score * 100) : -1
  data[to++] = arrived ? Math.round(arrived.needed * 100) : -1
  for (const terms of [title, summary, slug])
    for (let index = 0; index < terms.length; index += 1) data[to++] = terms[index] as Term // below its length
  if (vector) data.set(vector.weights, to)
  return {
    id: features.id,
    slot,
    source: features.source,
    language: features.language,
    titleHash: features.titleHash,
    publishedAt: features.publishedAt,
    loggedAt: at,
    kind: decision.kind,
    other: decision.kind === 'same' ? decision.as : decision.kind === 'reprint' ? decision.of : null,
    merges: decision.merges.length > 0 ? decision.merges : NO_MERGES,
    arrivedAt: arrived?.story ?? null,
    counts: vector !== null,
    story: null,
    block,
    titleLength: title.length,
    summaryLength: summary.length,
    slugLength: slug.length,
    weightsLength,
  }
}

export const discard = (blocks: Blocks, kept: Kept): void => blocks.release(kept.block, blockSize(lengthOf(kept)))

/** The features of an article whose words count; for others without terms. */
export const featuresOf = ({ data }: Blocks, kept: Kept): Features => {
  const { id, source, language, titleHash, publishedAt, titleLength, summaryLength, slugLength } = kept
  const title = kept.block + HEAD
  const summary = title + titleLength
  const slug = summary + summaryLength
  const slice = (from: number, length: number) => Array.from(data.subarray(from, from + length))
  return {
    ...{ id, source, language, titleHash, publishedAt },
    title: slice(title, titleLength),
    summary: slice(summary, summaryLength),
    slug: slice(slug, slugLength),
  }
}

export const vectorOf = (blocks: Blocks, kept: Kept): Vector => {
  const end = kept.block + lengthOf(kept)
  return {
    terms: distinctTerms(featuresOf(blocks, kept)),
    weights: blocks.data.slice(end - kept.weightsLength, end),
    counts: null,
  }
}

export const arrivedOf = ({ data }: Blocks, { block, arrivedAt }: Kept): Arrived | null =>
  arrivedAt === null
    ? null
    : { story: arrivedAt, score: (data[block] as number) / 100, needed: (data[block + 1] as number) / 100 } // its head

export const decisionOf = ({ kind, other, merges }: Kept, story: StoryId): Decision => {
  if (kind === 'same') return { kind, as: other ?? ('' as ArticleId), story, merges } // one that is the same has it
  if (kind === 'reprint') return { kind, of: other ?? ('' as ArticleId), story, merges } // as above
  return { kind, story, merges }
}

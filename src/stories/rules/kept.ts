/**
 * What is kept in memory of each article of the window. There are many, so its numbers lie in a block: how near it came
 * to a story on arrival, its terms in order, and the weights of its distinct terms as of its arrival.
 */

import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision, Merge } from '../../domain/story-decision.ts'
import { type Blocks, blockSize } from './blocks.ts'
import type { Term, Texts } from './features.ts'
import type { Arrived, LogEntry } from './log-entry.ts'
import type { Kept } from './story.ts'
import { distinctTerms, type Vector } from './vectors.ts'

export type KeptEntry = Exclude<LogEntry, { readonly pin: unknown }>

const NO_MERGES: readonly Merge[] = []
/**
 * Before the terms: score and what was needed on arrival, in hundredths, -1 where nothing was near; the hash of the
 * title, in two parts; and how many terms and weights follow.
 */
const HEAD = 5
const LENGTHS_AT = 4

interface Lengths {
  readonly title: number
  readonly summary: number
  readonly slug: number
  readonly weights: number
}

/** Each below 128: src/stories/rules/features.ts bounds them. */
const packLengths = ({ title, summary, slug, weights }: Lengths): number =>
  title | (summary << 7) | (slug << 14) | (weights << 21)

const lengthsOf = ({ data }: Blocks, { block }: Kept): Lengths => {
  const packed = data[block + LENGTHS_AT] as number // in its head
  return { title: packed & 127, summary: (packed >> 7) & 127, slug: (packed >> 14) & 127, weights: packed >> 21 }
}

const total = ({ title, summary, slug, weights }: Lengths): number => HEAD + title + summary + slug + weights

/** Sixty of the bits of a hash of a title, as two whole numbers. */
export const splitHash = (titleHash: string): readonly [number, number] => {
  const bytes = Buffer.from(titleHash, 'base64url')
  return bytes.length < 8 ? [0, 0] : [bytes.readInt32LE(0) >> 2, bytes.readInt32LE(4) >> 2]
}

/**
 * @param source as the entry has it
 * @param vector null for an article whose words do not count
 */
export const keep = (
  blocks: Blocks,
  slot: number,
  entry: KeptEntry,
  source: SourceId | '',
  vector: Vector | null,
): Kept => {
  const { features, decision, arrived, at } = entry
  const { title, summary, slug } = vector ? features : { title: [], summary: [], slug: [] }
  const weights = vector?.weights.length ?? 0
  const lengths = { title: title.length, summary: summary.length, slug: slug.length, weights }
  const block = blocks.allocate(blockSize(total(lengths)))
  const { data } = blocks
  const [first, second] = splitHash(features.titleHash)
  data[block] = arrived ? Math.round(arrived.score * 100) : -1
  data[block + 1] = arrived ? Math.round(arrived.needed * 100) : -1
  data[block + 2] = first
  data[block + 3] = second
  data[block + LENGTHS_AT] = packLengths(lengths)
  let to = block + HEAD
  for (const terms of [title, summary, slug])
    for (let index = 0; index < terms.length; index += 1) data[to++] = terms[index] as Term // below its length
  if (vector) data.set(vector.weights, to)
  return {
    id: features.id,
    slot,
    source,
    language: features.language,
    publishedAt: features.publishedAt,
    loggedAt: at,
    kind: decision.kind,
    other: decision.kind === 'same' ? decision.as : decision.kind === 'reprint' ? decision.of : null,
    merges: decision.merges.length > 0 ? decision.merges : NO_MERGES,
    arrivedAt: arrived?.story ?? null,
    counts: vector !== null,
    story: null,
    block,
  }
}

export const discard = (blocks: Blocks, kept: Kept): void =>
  blocks.release(kept.block, blockSize(total(lengthsOf(blocks, kept))))

/** The first part of the hash of its title. */
export const firstOfHash = ({ data }: Blocks, { block }: Kept): number => data[block + 2] as number // in its head

/** Whether an article has this title: all sixty bits of it that are kept. */
export const hasTitle = ({ data }: Blocks, { block }: Kept, titleHash: string): boolean => {
  const [first, second] = splitHash(titleHash)
  return data[block + 2] === first && data[block + 3] === second
}

/** The texts of an article whose words count; for others without terms. */
export const textsOf = (blocks: Blocks, kept: Kept): Texts => {
  const { id, source, language, publishedAt } = kept
  const lengths = lengthsOf(blocks, kept)
  const title = kept.block + HEAD
  const summary = title + lengths.title
  const slug = summary + lengths.summary
  const slice = (from: number, length: number) => Array.from(blocks.data.subarray(from, from + length))
  return {
    ...{ id, source, language, publishedAt },
    title: slice(title, lengths.title),
    summary: slice(summary, lengths.summary),
    slug: slice(slug, lengths.slug),
  }
}

export const vectorOf = (blocks: Blocks, kept: Kept): Vector => {
  const lengths = lengthsOf(blocks, kept)
  const end = kept.block + total(lengths)
  return {
    terms: distinctTerms(textsOf(blocks, kept)),
    weights: blocks.data.slice(end - lengths.weights, end),
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

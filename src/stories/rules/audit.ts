/**
 * Finds the stories that are most likely wrong: each is cut in two where it holds together least, and the halves are
 * compared like two stories. What nearly would not be merged today is worth an editor's look. (pure)
 */

import type { ArticleId } from '../../domain/article.ts'
import type { AuditedStory } from '../../domain/story-decision.ts'
import type { Blocks } from './blocks.ts'
import { vectorOf } from './kept.ts'
import { coherence, needed, type Relatedness, relatedness } from './relatedness.ts'
import { include, type Kept, newStory, type Story } from './story.ts'
import { add, clear, copyOf, multiply, squareOf, type Vector } from './vectors.ts'

/** Smaller stories are seen through at a glance. */
const MIN_ARTICLES = 4
/** How often articles may change sides until the halves stand. */
const ROUNDS = 4

interface Part {
  readonly kept: Kept
  readonly vector: Vector
}

export interface AuditParts {
  readonly blocks: Blocks
  readonly rule: Relatedness
  readonly strictness: number
  /** Number of stories in the window. */
  readonly stories: number
}

/** Adds some of a story's articles up to a story of their own, which stands in no index. @returns clear it at last */
const sumUp = (blocks: Blocks, story: Story, parts: readonly Part[]): Story => {
  const half = newStory(story.id, -1, story.language)
  for (const { kept, vector } of parts) {
    half.squared += 2 * multiply(blocks, half, vector).product + squareOf(vector)
    add(blocks, half, vector, () => undefined)
    half.words += vector.terms.length
    half.originals += 1
    half.members.push(kept)
    include(half, kept)
  }
  return half
}

const leastLike = (blocks: Blocks, parts: readonly Part[], sum: Story): Part | undefined =>
  parts
    .map(part => ({ part, like: multiply(blocks, sum, part.vector).product }))
    .sort((a, b) => a.like - b.like || (a.part.kept.id < b.part.kept.id ? -1 : 1))[0]?.part

/** Cuts a story in two by 2-means, from the article least like all and the one least like that. */
const halve = (blocks: Blocks, story: Story, parts: readonly Part[]): readonly [Story, Story] | null => {
  const all = sumUp(blocks, story, parts)
  const first = leastLike(blocks, parts, all)
  clear(blocks, all)
  if (!first) return null
  const one = sumUp(blocks, story, [first])
  const second = leastLike(
    blocks,
    parts.filter(part => part !== first),
    one,
  )
  if (!second) return null
  let halves: readonly [Story, Story] = [one, sumUp(blocks, story, [second])]
  for (let round = 0; round < ROUNDS; round += 1) {
    const [a, b] = halves
    const isNearer = ({ vector }: Part) =>
      multiply(blocks, a, vector).product / a.originals >= multiply(blocks, b, vector).product / b.originals
    const [mine, others] = [parts.filter(isNearer), parts.filter(part => !isNearer(part))]
    if (mine.length === 0 || others.length === 0) break
    for (const half of halves) clear(blocks, half)
    halves = [sumUp(blocks, story, mine), sumUp(blocks, story, others)]
    if (halves[0].originals === a.originals && mine.every(({ kept }) => a.members.includes(kept))) break
  }
  return halves
}

const idsOf = ({ members }: Story): ArticleId[] => members.map(({ id }) => id)

/** @returns what is wrong with a story, if it is large enough to be judged */
export const auditStory = ({ blocks, rule, strictness, stories }: AuditParts, story: Story): AuditedStory | null => {
  const parts = story.members.filter(({ counts }) => counts).map(kept => ({ kept, vector: vectorOf(blocks, kept) }))
  if (parts.length < MIN_ARTICLES) return null
  const halves = halve(blocks, story, parts)
  if (!halves) return null
  const [one, other] = halves[0].originals >= halves[1].originals ? halves : [halves[1], halves[0]]
  const score = relatedness(multiply(blocks, one, copyOf(blocks, other)), one, other, rule)
  const wanted = needed(one, other, stories, rule) * strictness
  const audited: AuditedStory = {
    story: story.id,
    articles: story.members.length,
    coherence: coherence(story, rule),
    from: story.from,
    to: story.to,
    score,
    needed: wanted,
    main: idsOf(one),
    split: idsOf(other),
  }
  for (const half of halves) clear(blocks, half)
  return audited
}

/** Doubtful first: those whose halves are related least for what two stories need, each counted by the smaller half. */
export const byDoubt = (a: AuditedStory, b: AuditedStory): number =>
  doubt(b) - doubt(a) || b.articles - a.articles || (a.story < b.story ? -1 : 1)

/** Articles that would be hidden if the halves are two events, by how likely that is. */
const doubt = ({ score, needed: wanted, split }: AuditedStory): number => (1 - score / wanted) * Math.sqrt(split.length)

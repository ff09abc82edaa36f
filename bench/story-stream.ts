/** A made stream of any length that looks like a week's news to the clusterer: Zipf words, stories of all sizes among singles. */

import type { ArticleId } from '../src/domain/article.ts'
import type { SourceId } from '../src/domain/source.ts'
import type { StoryInput } from '../src/stories/rules/features.ts'
import { seeded } from '../src/util/seeded-random.ts'

export const shuffled = <T>(list: readonly T[], seed: number): T[] => {
  const random = seeded(seed)
  return list
    .map(value => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

const VOCABULARY = 150_000
const LIVE_STORIES = 400

/**
 * @param count articles
 * @param vocabulary words by rank, most frequent first; ranks beyond get words of their own
 * @yields four in ten telling one of the stories in the news, whose words they share by halves; the others telling things of their own
 */
export function* storyStream(count: number, seed: number, vocabulary: readonly string[] = []): Generator<StoryInput> {
  const random = seeded(seed)
  const ranked = (rank: number): string => vocabulary[rank] ?? `w${rank.toString(36)}`
  // Rank of a word drawn with probability about 1 / rank, without the most frequent, which are stopwords.
  const word = (): string => ranked(Math.floor(VOCABULARY ** (0.35 + 0.65 * random())))
  const words = (length: number): string[] => Array.from({ length }, word)
  // What a story is told by are names and rarer words.
  const names = (): string[] => Array.from({ length: 12 }, () => ranked(Math.floor(VOCABULARY * random())))
  const stories = Array.from({ length: LIVE_STORIES }, names)
  for (let index = 0; index < count; index += 1) {
    if (index % 40 === 0) stories[Math.floor(random() * LIVE_STORIES)] = names()
    // Large stories are few: the square makes the first of them the busiest.
    const story = random() < 0.4 ? (stories[Math.floor(LIVE_STORIES * random() ** 2)] ?? []) : []
    const own = words(story.length > 0 ? 16 : 26)
    const all = [...story.filter(() => random() < 0.6), ...own]
    yield {
      id: `a${index}` as ArticleId,
      title: all.filter((_, at) => at % 3 === 0).join(' '),
      summary: all.filter((_, at) => at % 3 !== 0).join(' '),
      language: 'en',
      source: `paper${Math.floor(random() * 300)}` as SourceId,
      publishedAt: index * 3_000,
    }
  }
}

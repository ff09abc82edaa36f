import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'
import { type HashKey, hashText, OPEN_KEY } from '../../src/stories/rules/term-hash.ts'
import { createStories } from '../../src/stories/stories.ts'
import { anArticle } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = StorySettings.parse({})

const termIn = (word: string, key: HashKey): number =>
  extractFeatures(
    { id: 'a' as ArticleId, title: word, summary: '', language: 'en', source: '', publishedAt: null },
    key,
  ).title[0] as number // one word, one term

const lettersOf = (n: number): string =>
  n < 26 ? String.fromCharCode(97 + n) : lettersOf(Math.floor(n / 26) - 1) + lettersOf(n % 26)

/** Pairs of made words that have one hash under a key, as somebody would make them who knows it; no word twice. */
const colliding = (key: HashKey, pairs: number): (readonly [string, string])[] => {
  const byTerm = new Map<number, string>()
  const found: (readonly [string, string])[] = []
  for (let n = 0; found.length < pairs; n += 1) {
    const word = `q${lettersOf(n)}z`
    const term = hashText(`en ${word}`, key) & ~1
    const other = byTerm.get(term)
    if (other === undefined) byTerm.set(term, word)
    else found.push([other, word])
  }
  return found
}

const pairs = colliding(OPEN_KEY, 6)
const [title, other] = [0, 1].map(side => pairs.map(pair => pair[side] as string).join(' ')) as [string, string] // two sides

describe('words with colliding hashes', () => {
  it('words with colliding hashes group unrelated articles if the hash key is known', () => {
    const clusterer = createClusterer(() => settings)
    const decided = [title, other].map((each, n) =>
      clusterer.decide(
        extractFeatures({
          id: `a${n}` as ArticleId,
          title: each,
          summary: '',
          language: 'en',
          source: '',
          publishedAt: null,
        }),
        0,
      ),
    )
    expect(new Set(decided.map(({ decision }) => decision.story)).size).toBe(1)
  })

  it('words with colliding hashes do not collide under another key', () => {
    for (const [one, two] of pairs) expect(termIn(one, [1, 2])).not.toBe(termIn(two, [1, 2]))
  })

  it('words made to be taken for others do not meet in an installation, whose key is its own', async () => {
    const [one, two] = [keysFor(`${keys.prefix}-h1`), keysFor(`${keys.prefix}-h2`)]
    const articles = [title, other].map((each, n) => anArticle({ source: `paper${n}`, title: each, summary: '' }))
    const worker = createStories({ redis, keys: one, settings: () => settings, now: Date.now })
    const [first, second] = await worker.decide(articles)
    expect(first?.story).not.toBe(second?.story)
    await createStories({ redis, keys: two, settings: () => settings, now: Date.now }).decide(articles)
    expect(await redis.get(one.storyHashKey())).not.toBe(await redis.get(two.storyHashKey()))
  })

  it('an installation keeps its hash key for words across restarts', async () => {
    const log = keysFor(`${keys.prefix}-h3`)
    const told = ['Storm Odile floods harbour of Port Ellin', 'Port Ellin harbour flooded by Storm Odile'].map(
      (each, n) => anArticle({ source: `paper${n}`, title: each, summary: '' }),
    )
    const decided = []
    for (const article of told)
      decided.push(
        ...(await createStories({ redis, keys: log, settings: () => settings, now: Date.now }).decide([article])),
      )
    expect(decided[1]?.story).toBe(decided[0]?.story)
  })
})

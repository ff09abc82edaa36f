import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { Article } from '../../src/domain/article.ts'
import type { Decision } from '../../src/domain/story-decision.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures, toStoryInput } from '../../src/stories/rules/features.ts'
import { createStories } from '../../src/stories/stories.ts'
import { seeded } from '../../src/util/seeded-random.ts'
import { anArticle, NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = StorySettings.parse({})

/** A number in letters: a word with digits is a number in a headline, and other numbers tell of other events. */
const lettersOf = (n: number): string =>
  n < 26 ? String.fromCharCode(97 + n) : lettersOf(Math.floor(n / 26) - 1) + lettersOf(n % 26)

/** Ten events, each told by five papers in words of its own, among thirty articles that tell of nothing else in the news. */
const day = (seed: number): { readonly article: Article; readonly event: string }[] => {
  const random = seeded(seed)
  const common = (): string => `common${lettersOf(Math.floor(random() * 400))}`
  /** Most of an event's words, at least five of its nine: a text with fewer need not be taken for one on that event. */
  const some = (words: readonly string[]): string[] => {
    const kept = words.filter(() => random() < 0.8)
    return kept.length < 5 ? words.slice(0, 5) : kept
  }
  const wordsOf = (event: number) => Array.from({ length: 9 }, (_, n) => `event${lettersOf(event)}word${lettersOf(n)}`)
  const telling = (event: number, paper: number) => {
    const words = [...some(wordsOf(event)), ...Array.from({ length: 5 }, common)]
    const article = anArticle({
      source: `paper${paper}`,
      title: words.filter((_, n) => n % 2 === 0).join(' '),
      summary: words.filter((_, n) => n % 2 === 1).join(' '),
      url: `https://paper${paper}.example/${event}`,
    })
    return { article, event: `${event}` }
  }
  const events = Array.from({ length: 10 }, (_, event) => [0, 1, 2, 3, 4].map(paper => telling(event, paper)))
  const alone = Array.from({ length: 30 }, (_, n) => telling(100 + n, n % 7))
  return [...events.flat(), ...alone]
}

const shuffledBy = <T>(list: readonly T[], seed: number): T[] => {
  const random = seeded(seed)
  return list
    .map(value => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

/** Which articles stand together, whatever their stories are called and in whatever order they came. */
const together = (articles: readonly Article[], storyOf: (index: number) => string | undefined): string[] => {
  const groups = new Map<string | undefined, string[]>()
  for (const [index, { id }] of articles.entries()) {
    const group = groups.get(storyOf(index)) ?? []
    groups.set(storyOf(index), group)
    group.push(id)
  }
  return [...groups.values()].map(ids => ids.sort().join(' ')).sort()
}

const whole = day(1)
const events = together(
  whole.map(({ article }) => article),
  index => whole[index]?.event,
)

describe('articles in any order of arrival', () => {
  it('articles in any order of arrival form the stories of their events', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        const articles = shuffledBy(whole, seed).map(({ article }) => article)
        const clusterer = createClusterer(() => settings)
        for (const article of articles) clusterer.decide(extractFeatures(toStoryInput(article)), NOON)
        expect(together(articles, index => clusterer.findStory(articles[index]?.id as Article['id']))).toEqual(events)
      }),
      { numRuns: 25 },
    )
  })
})

describe('eight workers', () => {
  let run = 0
  const aLog = () => keysFor(`${keys.prefix}-o${run++}`)
  const aWorker = (log: ReturnType<typeof keysFor>) =>
    createStories({ redis, keys: log, settings: () => settings, now: Date.now })
  const articles = shuffledBy(whole, 3).map(({ article }) => article)
  const batches = Array.from({ length: Math.ceil(articles.length / 5) }, (_, n) => articles.slice(n * 5, n * 5 + 5))
  /** As any worker answers once all is in: stories may have merged since. */
  const asked = (log: ReturnType<typeof keysFor>): Promise<readonly Decision[]> => aWorker(log).decide(articles)

  it('eight workers taking turns make the same decisions as one', async () => {
    const [one, eight] = [aLog(), aLog()]
    const alone = aWorker(one)
    for (const batch of batches) await alone.decide(batch)
    const workers = Array.from({ length: 8 }, () => aWorker(eight))
    for (const [turn, batch] of batches.entries()) await workers[turn % 8]?.decide(batch)
    expect(await asked(eight)).toEqual(await asked(one))
  })

  it('eight workers at the same time find the same stories, whoever is first', async () => {
    const log = aLog()
    const workers = Array.from({ length: 8 }, () => aWorker(log))
    await Promise.all(batches.map((batch, turn) => workers[turn % 8]?.decide(batch)))
    const decisions = await asked(log)
    expect(together(articles, index => decisions[index]?.story)).toEqual(events)
    expect(await redis.xlen(log.storyLog())).toBe(articles.length)
  })

  it('workers restarted before every batch make the same decisions as one that keeps running', async () => {
    const [one, again] = [aLog(), aLog()]
    const alone = aWorker(one)
    for (const batch of batches) await alone.decide(batch)
    for (const batch of batches) await aWorker(again).decide(batch)
    expect(await asked(again)).toEqual(await asked(one))
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { Article, ArticleId, StoryId } from '../../src/domain/article.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { timestampOfStreamId } from '../../src/redis/stream-id.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures, toStoryInput } from '../../src/stories/rules/features.ts'
import { type Decided, readEntry, writeEntry } from '../../src/stories/rules/log-entry.ts'
import { createStories } from '../../src/stories/stories.ts'
import { anArticle, NOON } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = StorySettings.parse({})
let run = 0
const aLog = () => keysFor(`${keys.prefix}-${run++}`)
const aWorker = (log = aLog(), now = Date.now) => createStories({ redis, keys: log, settings: () => settings, now })

const told = (source: string, title: string, summary = ''): Article => anArticle({ source, title, summary })

const storm = [
  told(
    'courier',
    'Storm Odile floods harbour of Port Ellin',
    'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes.',
  ),
  told(
    'gazette',
    'Two hundred homes flooded as Storm Odile hits Port Ellin',
    'Families were taken from their homes in Port Ellin after Storm Odile broke the harbour wall.',
  ),
]
const unrelated = [
  told(
    'courier',
    'Central bank of Varland keeps its rate at three percent',
    'The bank of Varland sees prices falling by the autumn and leaves its rate where it is.',
  ),
  told(
    'gazette',
    'Old chess master wins the Linden cup at seventy',
    'Aged seventy, the master beat three players half his age to win the Linden cup.',
  ),
]

describe('articles on the same event', () => {
  it('articles on the same event become one story, and others stories of their own', async () => {
    const decisions = await aWorker().decide([...storm, ...unrelated])
    expect(decisions.map(({ kind }) => kind)).toEqual(['new', 'new', 'new', 'new'])
    expect(decisions[1]?.story).toBe(decisions[0]?.story)
    expect(new Set(decisions.map(({ story }) => story)).size).toBe(3)
  })

  it('articles on the same event in different languages stay apart', async () => {
    const german = anArticle({ source: 'blatt', language: 'de', title: 'Storm Odile Port Ellin Harbour' })
    const [one, two] = await aWorker().decide([storm[0] as Article, german])
    expect(one?.story).not.toBe(two?.story)
  })
})

describe('an article seen before', () => {
  it('an article seen before is recognised when another feed carries its URL', async () => {
    const first = anArticle({ url: 'https://courier.example/a' })
    const [, again] = await aWorker().decide([first, { ...anArticle({ source: 'gazette' }), id: first.id }])
    expect(again).toMatchObject({ kind: 'same', as: first.id })
  })

  it('an article seen before is recognised when its source repeats the title under another URL', async () => {
    const first = anArticle({ title: 'Budget passed after long night', url: 'https://courier.example/1' })
    const [, again] = await aWorker().decide([
      first,
      anArticle({ title: 'Budget passed, after long night!', url: 'https://courier.example/2' }),
    ])
    expect(again).toMatchObject({ kind: 'same', as: first.id })
  })

  it('an article seen before gets the same decision again, also from another worker', async () => {
    const log = aLog()
    const decided = await aWorker(log).decide([...storm, ...unrelated])
    expect(await aWorker(log).decide([...storm, ...unrelated])).toEqual(decided)
  })
})

describe('a reprint', () => {
  const copy =
    'The council of Port Ellin voted on Tuesday to rebuild the harbour wall by spring, at a cost of forty million crowns, after Storm Odile broke it in two places and flooded the old town.'

  it('a reprint is hidden behind its original, even if shortened and under a new headline', async () => {
    const original = told('wire', 'Port Ellin to rebuild harbour wall', copy)
    const reprint = told('courier', 'Forty million for the new wall', copy.slice(0, 120))
    const [, decision] = await aWorker().decide([original, reprint])
    expect(decision).toMatchObject({ kind: 'reprint', of: original.id })
  })

  it.each([
    ['Tour of Varland: results of day 2 in the mountains', 'Tour of Varland: results of day 21 in the mountains'],
    ['Morning briefing: what you need to know', 'Morning briefing: what you need to know today'],
  ])('a reprint is not inferred from two texts of one template: %s, %s', async (one, other) => {
    const [, decision] = await aWorker().decide([told('wire', one), told('courier', other)])
    expect(decision?.kind).toBe('new')
  })
})

describe('workers side by side', () => {
  it('workers side by side decide each article once, whoever is first', async () => {
    const log = aLog()
    const articles = Array.from({ length: 120 }, (_, n) =>
      told(`paper${n % 7}`, `Subject${n % 40} happens in place${n % 40} again`, `word${n % 40} thing${n % 40}`),
    )
    const workers = [aWorker(log), aWorker(log), aWorker(log)]
    const answers = await Promise.all(
      workers.flatMap(worker =>
        Array.from({ length: 12 }, (_, n) => worker.decide(articles.slice(n * 10, n * 10 + 10))),
      ),
    )
    const decided = answers.slice(0, 12).flat()
    // Three workers were given everything: all three must say the same of each article.
    for (const start of [12, 24]) expect(answers.slice(start, start + 12).flat()).toEqual(decided)
    expect(await redis.xlen(log.storyLog())).toBe(new Set(articles.map(({ id }) => id)).size)
  })

  it('workers side by side start again from the log if it is cleared while they run', async () => {
    const log = aLog()
    const worker = aWorker(log)
    await worker.decide(storm)
    await redis.del(log.storyLog())
    await worker.decide(unrelated)
    expect(await redis.xlen(log.storyLog())).toBe(2)
  })
})

describe('workers whose clocks are wrong', () => {
  it('workers whose clocks are wrong log by the clock of Redis, and make the same decisions', async () => {
    const log = aLog()
    const DAY = 86_400_000
    const [slow, fast] = [-3, 5].map(days => aWorker(log, () => Date.now() + days * DAY))
    const [first] = (await slow?.decide(storm.slice(0, 1))) ?? []
    const [second] = (await fast?.decide(storm.slice(1))) ?? []
    const [third] = (await slow?.decide(unrelated)) ?? []
    expect(second?.story).toBe(first?.story)
    expect(third?.story).not.toBe(first?.story)
    const [seconds = 0] = (await redis.time()).map(Number)
    const logged = (await redis.xrange(log.storyLog(), '-', '+')).map(([id]) => timestampOfStreamId(id))
    for (const at of logged) expect(Math.abs(at - seconds * 1_000)).toBeLessThan(60_000)
    expect(logged).toEqual([...logged].sort((a, b) => a - b))
  })
})

describe('the index in memory', () => {
  const corpus = [...storm, ...unrelated].flatMap((article, n) =>
    Array.from({ length: 4 }, (_, m) =>
      anArticle({
        ...article,
        id: `${n}${m}`,
        source: `p${(n + m) % 3}`,
        title: `${article.title} ${m}`,
        url: `https://x.example/${n}${m}`,
      }),
    ),
  )

  /**
   * Decides as a worker does, in batches. @param cuts where one ends and whether it is logged at once; else somebody was ahead, and it is
   * taken back and folded from the log
   */
  const decideAll = (told: readonly Article[], cuts: ReadonlyMap<number, boolean>) => {
    const clusterer = createClusterer(() => settings)
    const log: Decided[] = []
    let batch: Decided[] = []
    clusterer.beginTrial(NOON)
    for (const [index, article] of told.entries()) {
      const features = extractFeatures(toStoryInput(article))
      if (!clusterer.known(features)) batch.push(clusterer.decide(features, NOON))
      if (!cuts.has(index) && index < told.length - 1) continue
      if (cuts.get(index)) clusterer.commitTrial()
      else {
        clusterer.rollBack()
        for (const entry of batch) clusterer.fold({ ...readBack(entry), at: NOON })
      }
      log.push(...batch)
      batch = []
      clusterer.beginTrial(NOON)
    }
    clusterer.rollBack()
    return { log, clusterer, stories: told.map(({ id }) => clusterer.findStory(id)) }
  }
  const readBack = (entry: Decided) => readEntry(writeEntry(entry), NOON)

  it('the index of stories makes the same decisions however a stream is split into batches, and whichever worker is ahead', () => {
    const whole = decideAll(corpus, new Map())
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(corpus.length - 1), fc.boolean())), cuts => {
        const cut = decideAll(corpus, new Map(cuts))
        expect(cut.stories).toEqual(whole.stories)
        expect(cut.log).toEqual(whole.log)
        expect(corpus.map(({ id }) => cut.clusterer.explain(id))).toEqual(
          corpus.map(({ id }) => whole.clusterer.explain(id)),
        )
      }),
      { numRuns: 50 },
    )
  })

  it('the index of stories is the same after a restart half-way', () => {
    const { log, stories } = decideAll(
      corpus,
      new Map([
        [3, true],
        [9, false],
      ]),
    )
    fc.assert(
      fc.property(fc.nat(log.length), kept => {
        const restarted = createClusterer(() => settings)
        for (const entry of log.slice(0, kept)) restarted.fold(readEntry(writeEntry(entry), NOON))
        for (const { features } of log.slice(kept)) restarted.decide(features, NOON)
        expect(corpus.map(({ id }) => restarted.findStory(id))).toEqual(stories)
      }),
      { numRuns: 30 },
    )
  })

  it('the index of stories forgets everything that has left its window', () => {
    const clusterer = createClusterer(() => settings)
    const later = NOON + 8 * 86_400_000
    clusterer.decide(extractFeatures(toStoryInput(storm[0] as Article)), NOON)
    clusterer.decide(extractFeatures(toStoryInput(storm[1] as Article)), NOON)
    const fresh = createClusterer(() => settings)
    const entry = fresh.decide(extractFeatures(toStoryInput(unrelated[0] as Article)), later)
    clusterer.fold({ ...entry, at: later })
    expect(clusterer.size).toBe(1)
    expect(clusterer.similar((unrelated[0] as Article).id, 5)).toEqual([])
    expect(clusterer.has(`s${storm[0]?.id}` as StoryId)).toBe(false)
  })

  it('the index of stories finds articles that are similar but not of the same story', () => {
    const clusterer = createClusterer(() => ({ ...settings, strictness: 100 }))
    for (const article of [...storm, ...unrelated]) clusterer.decide(extractFeatures(toStoryInput(article)), NOON)
    expect(clusterer.similar((storm[0] as Article).id, 5).map(({ id }) => id)[0]).toBe(storm[1]?.id)
  })

  it('the index of stories finds for a new article the earlier similar ones, and when asked again the later ones too', () => {
    const clusterer = createClusterer(() => ({ ...settings, strictness: 100 }))
    const [first, second] = storm as [Article, Article]
    for (const article of [...unrelated, first, second]) clusterer.decide(extractFeatures(toStoryInput(article)), NOON)
    const found = (id: ArticleId) =>
      clusterer.similarOnArrival({ id, language: 'en', words: [] }, 5).similar.map(each => each.id)
    expect(found(first.id)).not.toContain(second.id)
    expect(found(second.id)[0]).toBe(first.id)
    expect(found(first.id)[0]).toBe(second.id)
  })

  it("the index of stories lists as similar neither a story that was merged away nor the article's own", () => {
    const [first, second] = storm as [Article, Article]
    const third = told(
      'herald',
      'Harbour wall of Port Ellin breaks in Storm Odile',
      'Two hundred families left flooded homes when Storm Odile pushed the sea into Port Ellin.',
    )
    const found = (...merges: readonly (readonly [from: Article, into: Article])[]): ArticleId[] => {
      const clusterer = createClusterer(() => ({ ...settings, strictness: 100 }))
      for (const article of [first, second, third]) clusterer.decide(extractFeatures(toStoryInput(article)), NOON)
      for (const [from, into] of merges) {
        const [one, other] = [`s${from.id}`, `s${into.id}`] as [StoryId, StoryId]
        clusterer.fold({ pin: { kind: 'merge', from: one, into: other }, at: NOON })
      }
      return clusterer.similarOnArrival({ id: third.id, language: 'en', words: [] }, 5).similar.map(({ id }) => id)
    }
    expect(found().sort()).toEqual([first.id, second.id].sort())
    expect(found([first, second])).toEqual([second.id])
    expect(found([third, second])).toEqual([first.id])
  })
})

describe('odd titles', () => {
  it.each([['🎉🎉🎉'], ['A'.repeat(10_000)], ['東京で大雨、電車が止まる'], ['…'], ['<b>left over</b>']])(
    'the odd title %.20s is decided without merging unrelated articles',
    async title => {
      const [odd, other] = await aWorker().decide([
        told('courier', title),
        told('gazette', 'Ferry strike ends after nine days'),
      ])
      expect(odd?.story).not.toBe(other?.story)
    },
  )
})

describe('an editor', () => {
  it('an editor splits a story permanently, in every worker', async () => {
    const log = aLog()
    const [first, second] = await aWorker(log).decide(storm)
    expect(second?.story).toBe(first?.story)
    const pin = await aWorker(log).split([storm[1]?.id as Article['id']])
    const [, again] = await aWorker(log).decide(storm)
    expect(again?.story).toBe(pin?.kind === 'split' ? pin.to : '')
    expect(again?.story).not.toBe(first?.story)
  })

  it('an editor merges stories permanently, and cannot merge unknown ones', async () => {
    const log = aLog()
    const [one, , other] = await aWorker(log).decide([...storm, ...unrelated])
    await aWorker(log).merge(other?.story as StoryId, one?.story as StoryId)
    const again = await aWorker(log).decide([...storm, ...unrelated])
    expect(again[2]?.story).toBe(one?.story)
    expect(await aWorker(log).merge('none' as StoryId, one?.story as StoryId)).toBeNull()
  })

  it('an editor sees why an article is in its story', async () => {
    const log = aLog()
    await aWorker(log).decide([...storm, ...unrelated])
    const why = await aWorker(log).explain(storm[1]?.id as Article['id'])
    expect(why?.arrived?.score).toBeGreaterThan(why?.arrived?.needed ?? 0)
    expect(why?.now[0]?.articles).toEqual([storm[0]?.id])
  })
})

describe('a recurring title', () => {
  const briefing = (day: number, summary: string) =>
    anArticle({
      title: 'Morning briefing',
      url: `https://courier.example/briefing-${day}`,
      summary,
      publishedAt: NOON + day * 86_400_000,
    })

  it('a recurring title with new text is another article', async () => {
    const [, next] = await aWorker().decide([
      briefing(0, 'Ferry strike ends, bank keeps rate, chess master wins the Linden cup at seventy.'),
      briefing(1, 'Storm Odile floods Port Ellin, mayor resigns over budget, rail fares rise again.'),
    ])
    expect(next?.kind).toBe('new')
  })
})

describe('two reports made from one template', () => {
  it.each([
    ['Magnitude 4.6 earthquake shakes Nepal', 'Magnitude 5.2 earthquake shakes Chile'],
    ['Varland 2 Norland 1: match report', 'Ostland 3 Sudland 0: match report'],
    ['Horoscope for Aries: what the stars say', 'Horoscope for Taurus: what the stars say'],
  ])('two reports made from one template are not reprints of each other: %s, %s', async (one, other) => {
    const [, decision] = await aWorker().decide([told('wire', one), told('courier', other)])
    expect(decision?.kind).toBe('new')
  })
})

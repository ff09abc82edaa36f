import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import { listTextKeys } from '../../src/articles/text-keys.ts'
import { createWithholding } from '../../src/articles/withhold.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import type { ArticleId, StoryId } from '../../src/domain/article.ts'
import { parseArticle } from '../../src/domain/published-article.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { loadScript, runScript } from '../../src/redis/script.ts'
import { anArticle, NOON, newIn, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const withholdScript = loadScript(new URL('../../src/articles/withhold.lua', import.meta.url))
let run = 0

/** An archive of its own for each test: light 'gazette', heavy 'courier', asia within world. */
const anArchive = () => {
  const own = keysFor(`${keys.prefix}-${run++}`)
  const settings = ArticleSettings.parse({})
  const parts = {
    redis,
    keys: own,
    retention: () => settings.retention,
    poolSize: () => 2_000,
    findWeight: (id: string) => (id === 'gazette' ? 0.5 : 1),
    labels: testLabels,
    findParent: (section: string) => (section === 'asia' ? 'world' : undefined),
  }
  const archive = createArticleStore(parts)
  const withholding = createWithholding({ redis, keys: own, archive, writer: createStoryWriter(parts) })
  return { archive, withholding, keys: own }
}

describe('an article taken in', () => {
  it('an ingested article is read back as it was written, with counts of 0', async () => {
    const { archive } = anArchive()
    const article = anArticle({
      title: 'Ferry runs again',
      author: 'A. Reed',
      image: 'https://courier.example/f.jpg',
      summary: 'It runs.',
    })
    const ingested = await archive.ingest([{ article, decision: newIn('s1') }], NOON)
    expect(ingested).toMatchObject({ articles: [article.id], stories: ['s1'], sections: ['world'], added: 1 })
    expect(await archive.articles([article.id])).toEqual([
      { ...article, story: 's1', reprintOf: null, updatedAt: NOON, counts: { views: 0, comments: 0, shares: 0 } },
    ])
  })

  it('an article has its headline beside its title while marks stand around it, as lists show it', async () => {
    const { archive, keys } = anArchive()
    const article = anArticle({ url: 'https://courier.example/u', title: 'UPDATE 1-Ferry runs again' })
    const key = keys.article(article.id)
    await archive.ingest([{ article, decision: newIn('s1') }], NOON)
    expect(parseArticle(await redis.hgetall(key))).toMatchObject({ title: article.title, headline: 'Ferry runs again' })
    await runScript(redis, withholdScript, listTextKeys(keys, article.id), ['1'])
    expect(await redis.hget(key, 'headline')).toBeNull()
    await runScript(redis, withholdScript, listTextKeys(keys, article.id), ['0'])
    await archive.ingest([{ article: { ...article, title: 'Ferry runs' }, decision: newIn('s1') }], NOON)
    expect(await redis.hexists(key, 'headline')).toBe(0)
    expect(parseArticle(await redis.hgetall(key))).toMatchObject({ title: 'Ferry runs', headline: 'Ferry runs' })
  })

  it('an article keeps its authors one by one, and that its title is made of its text until it gets one', async () => {
    const { archive, keys } = anArchive()
    const article = anArticle({
      ...{ titleFrom: 'text', url: 'https://courier.example/f', author: 'Jo Reed, Al Wu' },
      authors: [{ name: 'Jo Reed', url: 'https://courier.example/jo' }, { name: 'Al Wu' }],
    })
    await archive.ingest([{ article, decision: newIn('s1') }], NOON)
    expect(await archive.articles([article.id])).toMatchObject([{ titleFrom: 'text', authors: article.authors }])
    const published = parseArticle(await redis.hgetall(keys.article(article.id)))
    expect(published).toMatchObject({ titleFrom: 'text', authors: article.authors })

    const { titleFrom: _, ...titled } = { ...article, title: 'Ferry runs again' }
    await archive.ingest([{ article: titled, decision: newIn('s1') }], NOON)
    expect((await archive.articles([article.id]))[0]).not.toHaveProperty('titleFrom')
    await runScript(redis, withholdScript, listTextKeys(keys, article.id), ['1'])
    expect(await redis.hmget(keys.article(article.id), 'author', 'authors')).toEqual([null, null])
  })

  it('an ingested article has its pictures in its hash while it has any to describe', async () => {
    const { archive, keys } = anArchive()
    const url = 'https://courier.example/f.jpg'
    const images = [{ url, width: 640, height: 480, alt: 'The ferry' }, { url: 'https://courier.example/g.jpg' }]
    const article = anArticle({ image: url, images })
    const ingest = (some: object) => archive.ingest([{ article: { ...article, ...some }, decision: newIn('s1') }], NOON)
    const read = async () => parseArticle(await redis.hgetall(keys.article(article.id)))?.images
    await ingest({})
    expect(await read()).toEqual(images)
    expect(await ingest({})).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await ingest({ images: undefined })).toMatchObject({ updated: 1 })
    expect(await redis.hexists(keys.article(article.id), 'images')).toBe(0)
    expect(await read()).toEqual([{ url }])
    expect(await ingest({ images: undefined })).toMatchObject({ updated: 0 })
  })

  it('an ingested article shows no pictures while an editor blocks it, also after an edit, and shows them again later', async () => {
    const { archive, withholding, keys } = anArchive()
    const images = [{ url: 'https://courier.example/f.jpg', width: 640 }]
    const article = anArticle({ image: images[0]?.url ?? null, images })
    const key = keys.article(article.id)
    const ingest = (title: string) => archive.ingest([{ article: { ...article, title }, decision: newIn('s1') }], NOON)
    await ingest('Ferry runs')
    await withholding.apply([article.id], NOON)
    expect(await redis.hmget(key, 'images', 'image')).toEqual([null, null])
    await ingest('Ferry runs again')
    expect(await redis.hmget(key, 'images', 'image')).toEqual([null, null])
    await withholding.apply([], NOON)
    expect(parseArticle(await redis.hgetall(key))).toMatchObject({ title: 'Ferry runs again', images })
  })

  it('an ingested article is written once however often its batch runs', async () => {
    const { archive } = anArchive()
    const batch = [{ article: anArticle(), decision: newIn('s1') }]
    await archive.ingest(batch, NOON)
    const before = await archive.articles([batch[0]?.article.id ?? ('' as ArticleId)])
    const again = await archive.ingest(batch, NOON + 60_000)
    expect(again).toMatchObject({ added: 0, updated: 0, merged: 0 })
    expect(await archive.articles(again.articles)).toEqual(before)
  })

  it('an ingested article keeps its corrected headline if a version fetched before the correction is ingested after it', async () => {
    const { archive } = anArchive()
    const article = anArticle({ title: 'Mayor resings', url: 'https://courier.example/mayor' })
    const fetched = (title: string, minute: number) =>
      archive.ingest(
        [{ article: { ...article, title, firstSeenAt: NOON + minute * 60_000 }, decision: newIn('s1') }],
        NOON + 3_600_000,
      )
    await fetched('Mayor resings', 0)
    expect(await fetched('Mayor resigns', 2)).toMatchObject({ updated: 1 })
    expect(await fetched('Mayor resings', 1)).toMatchObject({ updated: 0, unchanged: 1 })
    expect((await archive.articles([article.id]))[0]).toMatchObject({ title: 'Mayor resigns', firstSeenAt: NOON })
    expect(await fetched('Mayor steps down', 3)).toMatchObject({ updated: 1 })
  })

  it('an ingested article keeps its position, story and counts when its headline is corrected', async () => {
    const { archive, keys } = anArchive()
    const article = anArticle({ title: 'Mayor of Port Ellin resings', url: 'https://courier.example/mayor' })
    await archive.ingest([{ article, decision: newIn('s1') }], NOON)
    await redis.hset(keys.article(article.id), 'views', 7)
    const corrected = { ...article, title: 'Mayor of Port Ellin resigns', publishedAt: NOON + 3_600_000 }
    const ingested = await archive.ingest([{ article: corrected, decision: newIn('s1') }], NOON + 7_200_000)
    expect(ingested).toMatchObject({ added: 0, updated: 1 })
    const [stored] = await archive.articles([article.id])
    expect(stored).toMatchObject({
      title: 'Mayor of Port Ellin resigns',
      publishedAt: NOON,
      updatedAt: NOON + 7_200_000,
      counts: { views: 7 },
    })
  })

  it('an article taken in carries both sources and both sections when two feeds have the same URL', async () => {
    const { archive } = anArchive()
    const first = anArticle({ url: 'https://courier.example/budget', section: 'politics' })
    const second = {
      ...anArticle({ url: 'https://courier.example/budget', source: 'gazette', title: 'Budget!' }),
      id: first.id,
    }
    await archive.ingest([{ article: first, decision: newIn('s1') }], NOON)
    const ingested = await archive.ingest(
      [{ article: second, decision: { kind: 'same', as: first.id, story: 's1' as StoryId, merges: [] } }],
      NOON,
    )
    expect(ingested.merged).toBe(1)
    const [stored] = await archive.articles([first.id])
    expect(stored).toMatchObject({
      title: first.title,
      sources: ['courier', 'gazette'],
      sections: ['politics', 'world'],
    })
    const [story] = await archive.stories(['s1' as StoryId])
    expect(story).toMatchObject({ articles: [first.id], sources: ['courier', 'gazette'], lead: first.id })
  })

  it('an ingested article is found under the id of a second URL that was merged into it', async () => {
    const { archive } = anArchive()
    const first = anArticle({ url: 'https://courier.example/a' })
    const moved = anArticle({ url: 'https://courier.example/b' })
    await archive.ingest([{ article: first, decision: newIn('s1') }], NOON)
    await archive.ingest(
      [{ article: moved, decision: { kind: 'same', as: first.id, story: 's1' as StoryId, merges: [] } }],
      NOON,
    )
    expect(await archive.resolve([moved.id, first.id, 'unknown' as ArticleId])).toEqual([first.id, first.id, null])
    const [found] = await archive.articles([moved.id])
    expect(found?.id).toBe(first.id)
  })
})

describe('a story', () => {
  it('a story is led by the heaviest source, and moves to the section of its new lead', async () => {
    const { archive } = anArchive()
    const light = anArticle({ source: 'gazette', section: 'business', publishedAt: NOON })
    const heavy = anArticle({ source: 'courier', section: 'asia', publishedAt: NOON + 60_000 })
    await archive.ingest([{ article: light, decision: newIn('s1') }], NOON)
    expect(await archive.newestStories(10, 'business')).toEqual(['s1'])
    const ingested = await archive.ingest([{ article: heavy, decision: newIn('s1') }], NOON)
    expect([...ingested.sections].sort()).toEqual(['asia', 'business', 'world'])
    expect(await archive.stories(['s1' as StoryId])).toMatchObject([
      { lead: heavy.id, articles: [light.id, heavy.id], sources: ['gazette', 'courier'], publishedAt: NOON + 60_000 },
    ])
    expect(await archive.newestStories(10, 'business')).toEqual([])
    expect(await archive.newestStories(10, 'world')).toEqual(['s1'])
  })

  it('a story becomes news again through three more publishers, who lead it from then on, and not through edits of its articles', async () => {
    const { archive, keys: own } = anArchive()
    const hour = 3_600_000
    const by = (source: string, hours: number) => anArticle({ source, publishedAt: NOON + hours * hour })
    const first = ['one', 'two', 'three'].map((source, hours) => by(source, hours))
    const ingest = (articles: readonly ReturnType<typeof by>[], now: number) =>
      archive.ingest(
        articles.map(article => ({ article, decision: newIn('s1') })),
        now,
      )
    const stand = async () => {
      const [story] = await archive.stories(['s1' as StoryId])
      const scores = await Promise.all([1, 2, 3].map(breadth => redis.zscore(own.storyIndex('world', breadth), 's1')))
      return { lead: story?.lead, newsAt: story?.newsAt, begunAt: story?.begunAt, scores }
    }
    await ingest(first, NOON + 2 * hour)
    const before = { lead: first[0]?.id, newsAt: NOON, begunAt: NOON, scores: [NOON, NOON, NOON].map(String) }
    expect(await stand()).toEqual(before)
    await ingest(
      first.map(article => ({ ...article, title: `${article.title}, at last`, publishedAt: NOON + 9 * hour })),
      NOON + 9 * hour,
    )
    expect(await stand()).toEqual(before)
    const second = ['four', 'five', 'six'].map((source, hours) => by(source, 9 + hours))
    await ingest(second, NOON + 12 * hour)
    const since = NOON + 9 * hour
    expect(await stand()).toEqual({
      ...{ lead: second[0]?.id, newsAt: since, begunAt: NOON },
      scores: [since, since, since].map(String),
    })
  })

  it('a story is never led by a reprint', async () => {
    const { archive } = anArchive()
    const original = anArticle({ source: 'gazette' })
    const reprint = anArticle({ source: 'courier', summary: 'Longer.', author: 'Desk' })
    await archive.ingest(
      [
        { article: original, decision: newIn('s1') },
        { article: reprint, decision: { kind: 'reprint', of: original.id, story: 's1' as StoryId, merges: [] } },
      ],
      NOON,
    )
    expect(await archive.stories(['s1' as StoryId])).toMatchObject([
      { lead: original.id, sources: ['gazette', 'courier'] },
    ])
    expect(await archive.articles([reprint.id])).toMatchObject([{ reprintOf: original.id }])
  })

  it('a story stands once in the index, newest first, and the index is trimmed to its maximum size', async () => {
    const { archive, keys } = anArchive()
    const articles = Array.from({ length: 5 }, (_, n) =>
      anArticle({ title: `Report ${n}`, publishedAt: NOON + n * 1_000 }),
    )
    await archive.ingest(
      articles.map((article, n) => ({ article, decision: newIn(`s${n}`) })),
      NOON,
    )
    await archive.ingest(
      articles.map((article, n) => ({ article, decision: newIn(`s${n}`) })),
      NOON,
    )
    expect(await archive.newestStories(3)).toEqual(['s4', 's3', 's2'])
    expect(await redis.zcard(keys.storyIndex())).toBe(5)
  })

  it('a story expires with its articles, so that memory is bounded by the retention', async () => {
    const { archive, keys } = anArchive()
    const article = anArticle()
    await archive.ingest([{ article, decision: newIn('s1') }], NOON)
    for (const key of [keys.article(article.id), keys.story('s1'), keys.storyMembers('s1')]) {
      expect(await redis.pttl(key)).toBeGreaterThan(29 * 86_400_000)
    }
  })
})

describe('stories that are merged', () => {
  const one = anArticle({ source: 'gazette', url: 'https://gazette.example/one', section: 'business' })
  const other = anArticle({ source: 'courier', url: 'https://courier.example/other' })
  const merges = [{ from: 's1' as StoryId, into: 's2' as StoryId }]

  it('merged stories are one in articles, indexes and publishers, and merging them again changes nothing', async () => {
    const { archive } = anArchive()
    await archive.ingest([{ article: one, decision: newIn('s1') }], NOON)
    const batch = [{ article: other, decision: { ...newIn('s2'), merges } }]
    const ingested = await archive.ingest(batch, NOON)
    expect([...ingested.sections].sort()).toEqual(['business', 'world'])
    await archive.ingest(batch, NOON)
    expect(await archive.stories(['s1', 's2'] as StoryId[])).toMatchObject([
      null,
      {
        lead: other.id,
        sources: ['courier', 'gazette'],
        alsoIn: [{ source: 'gazette', article: one.id, url: one.url }],
      },
    ])
    expect((await archive.articles([one.id]))[0]?.story).toBe('s2')
    expect(await archive.newestStories(10)).toEqual(['s2'])
    expect(await archive.newestStories(10, 'business')).toEqual([])
  })

  it('merged stories take in an article that was assigned before the merge and ingested after it', async () => {
    const { archive } = anArchive()
    await archive.ingest([{ article: other, decision: { ...newIn('s2'), merges } }], NOON)
    await archive.ingest([{ article: one, decision: newIn('s1') }], NOON)
    expect((await archive.articles([one.id]))[0]?.story).toBe('s2')
    expect(await archive.newestStories(10)).toEqual(['s2'])
  })

  it('merged stories are indexed by their number of sources, and no longer once an editor splits them', async () => {
    const { archive, keys: own } = anArchive()
    await archive.ingest([{ article: one, decision: newIn('s1') }], NOON)
    expect(await archive.broadStories(0, 10)).toEqual([])
    await archive.ingest([{ article: other, decision: newIn('s1') }], NOON)
    expect(await archive.broadStories(0, 10)).toEqual(['s1'])
    expect(await archive.broadStories(0, 10, 'world')).toEqual(['s1'])
    expect(await archive.broadStories(NOON + 1, 10)).toEqual([])
    expect(await redis.exists(own.storyIndex(undefined, 3))).toBe(0)
    await archive.split('s1' as StoryId, 's9' as StoryId, [one.id], NOON)
    expect([await archive.broadStories(0, 10), await archive.broadStories(0, 10, 'world')]).toEqual([[], []])
  })

  it('merged stories can be split again by an editor', async () => {
    const { archive } = anArchive()
    await archive.ingest(
      [
        { article: one, decision: newIn('s1') },
        { article: other, decision: newIn('s1') },
      ],
      NOON,
    )
    await archive.split('s1' as StoryId, 's9' as StoryId, [one.id], NOON)
    expect(await archive.stories(['s1', 's9'] as StoryId[])).toMatchObject([
      { articles: [other.id], alsoIn: [] },
      { articles: [one.id], lead: one.id },
    ])
    expect((await archive.articles([one.id]))[0]?.story).toBe('s9')
  })
})

import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { createStoryWriter } from '../../src/articles/story-writer.ts'
import { createWithholding } from '../../src/articles/withhold.ts'
import { createClient } from '../../src/client/index.ts'
import type { ArticleContent } from '../../src/domain/content.ts'
import { packContent } from '../../src/domain/packed-content.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { anArticle, NOON, newIn, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys: all } = testRedis()
const RETENTION = 86_400_000
let run = 0

const aContent = (text: string): ArticleContent => ({ text, words: 3, minutes: 1, from: 'feed' })
const article = anArticle({
  title: 'Ferry runs again',
  categories: ['Harbour'],
  enclosures: [{ url: 'https://courier.example/e.mp3', type: 'audio/mpeg', duration: 61 }],
  publisherComments: 4,
})

/** An archive of its own for each test, and a reader of its articles. */
const anArchive = () => {
  const keys = keysFor(`${all.prefix}-${run++}`)
  const parts = {
    ...{ redis, keys, retention: () => RETENTION, poolSize: () => 100, labels: testLabels },
    ...{ findWeight: () => 1, findParent: () => undefined },
  }
  const archive = createArticleStore(parts)
  const client = createClient(redis, { prefix: keys.prefix })
  return {
    ...{ keys, client, archive },
    withholding: createWithholding({ redis, keys, archive, writer: createStoryWriter(parts) }),
    /** @param text undefined to leave what is stored, null for none */
    ingest: (text: string | null | undefined, more: object = {}, at = NOON) =>
      archive.ingest(
        [
          {
            ...{ article: { ...article, ...more }, decision: newIn('s1') },
            content: typeof text === 'string' ? packContent(aContent(text)) : text,
          },
        ],
        at,
      ),
    readText: async () => (await client.article(article.id, { content: true }))?.content?.text ?? null,
  }
}

describe('the text of an article', () => {
  it('the text of an article is read with it on request, in its slot, and expires with it', async () => {
    const { keys, client, ingest } = anArchive()
    await ingest('It runs.')
    expect(await client.article(article.id, { content: true })).toMatchObject({
      ...{ content: aContent('It runs.'), publisher: 'The courier', sectionLabel: 'WORLD', categories: ['Harbour'] },
      ...{ enclosures: article.enclosures, publisherComments: 4 },
    })
    expect(await client.article(article.id)).not.toHaveProperty('content')
    const page = await client.page({ article: article.id, lists: ['latest'], content: true })
    expect(page.article?.content).toEqual(aContent('It runs.'))
    const lives = await Promise.all(
      [keys.article(article.id), keys.articleContent(article.id)].map(key => redis.pttl(key)),
    )
    expect(Math.abs((lives[0] ?? 0) - (lives[1] ?? 0))).toBeLessThan(1_000)
    expect(lives[1]).toBeGreaterThan(RETENTION - 60_000)
  })

  it('an article whose feed has no text has none', async () => {
    const { client, ingest } = anArchive()
    await ingest(null)
    expect((await client.article(article.id, { content: true }))?.content).toBeNull()
    expect((await client.page({ article: article.id, lists: [], content: true })).article?.content).toBeNull()
  })

  it('the text of an article follows that of its feed, and stays until it is known to have changed', async () => {
    const { keys, ingest, readText } = anArchive()
    await ingest('It runs.')
    expect(await ingest('It runs.', {}, NOON + 1_000)).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await ingest('It runs again.', {}, NOON + 2_000)).toMatchObject({ updated: 1 })
    expect(await readText()).toBe('It runs again.')
    expect(await redis.pttl(keys.articleContent(article.id))).toBeGreaterThan(RETENTION - 60_000)
    expect(await ingest(undefined, { summary: 'Again.' })).toMatchObject({ updated: 1 })
    expect(await readText()).toBe('It runs again.')
    expect(await ingest(null)).toMatchObject({ updated: 1 })
    expect(await readText()).toBeNull()
    expect(await ingest(null)).toMatchObject({ updated: 0 })
  })

  it('the text of an article stays as it is when another source brings the article or an older edition comes late', async () => {
    const { ingest, readText } = anArchive()
    await ingest('It runs.', { firstSeenAt: NOON })
    await ingest('It runs again.', { firstSeenAt: NOON + 60_000 }, NOON + 60_000)
    await ingest('It runs.', { firstSeenAt: NOON + 30_000 }, NOON + 90_000)
    await ingest('Another text.', { sources: ['gazette'] }, NOON + 90_000)
    expect(await readText()).toBe('It runs again.')
  })

  it('more comments at its publisher are no edit of an article', async () => {
    const { client, ingest } = anArchive()
    await ingest(null)
    expect(await ingest(null, { publisherComments: 9 }, NOON + 1_000)).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await client.article(article.id)).toMatchObject({
      ...{ publisherComments: 9, updatedAt: new Date(NOON).toISOString() },
    })
  })

  it('the text of a blocked article is nowhere, also after an edit, and comes back as it was edited', async () => {
    const { keys, client, withholding, ingest, readText } = anArchive()
    await ingest('It runs.')
    await withholding.apply([article.id], NOON)
    expect(await client.article(article.id, { content: true })).toBeNull()
    expect(await redis.exists(keys.articleContent(article.id))).toBe(0)
    expect(await redis.hmget(keys.article(article.id), 'categories', 'enclosures')).toEqual([null, null])
    expect(await ingest('It runs again.')).toMatchObject({ updated: 1 })
    expect(await redis.exists(keys.articleContent(article.id))).toBe(0)
    expect(await redis.pttl(keys.articleContentWithheld(article.id))).toBeGreaterThan(RETENTION - 60_000)
    await withholding.apply([], NOON)
    expect(await readText()).toBe('It runs again.')
    expect(await redis.exists(keys.articleContentWithheld(article.id))).toBe(0)
    expect(await client.article(article.id)).toMatchObject({ categories: ['Harbour'], enclosures: article.enclosures })
  })

  it('an article that lost its text while it was blocked has none afterwards', async () => {
    const { keys, withholding, ingest, readText } = anArchive()
    await ingest('It runs.')
    await withholding.apply([article.id], NOON)
    await ingest(null)
    expect(await redis.exists(keys.articleContentWithheld(article.id))).toBe(0)
    await withholding.apply([], NOON)
    expect(await readText()).toBeNull()
  })

  it('an article keeps the label of the section that an editor chose, whatever its feed says later', async () => {
    const { archive, client, ingest } = anArchive()
    await ingest(null)
    await archive.setSection(article.id, 'sports', 'anna', NOON)
    expect((await client.article(article.id))?.sectionLabel).toBe('SPORTS')
    await ingest('It runs.', { title: 'Ferry runs' })
    expect(await client.article(article.id)).toMatchObject({ title: 'Ferry runs', sectionLabel: 'SPORTS' })
    await archive.setSection(article.id, null, 'anna', NOON)
    expect((await client.article(article.id))?.sectionLabel).toBe('WORLD')
  })
})

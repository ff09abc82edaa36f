import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { createArticleSearch } from '../../src/articles/search.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import type { StoryId } from '../../src/domain/article.ts'
import { anArticle, NOON, newIn, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const HOUR = 3_600_000
const settings = ArticleSettings.parse({})
const archive = createArticleStore({
  ...{ redis, keys, retention: () => settings.retention, poolSize: () => 2_000, findWeight: () => 1 },
  labels: testLabels,
  findParent: section => (section === 'asia' ? 'world' : undefined),
})
const clock = { now: NOON }
const finder = createArticleSearch({ redis, keys, retention: () => settings.retention, now: () => clock.now })
const ANY = { words: '', source: '', section: '', from: null, to: null }
const took = { title: 'Ferry treaty signed at Port Ellin', publishedAt: NOON - 3 * HOUR }
const ferry = anArticle({ ...took, url: 'https://courier.example/ferry' })
const mayor = anArticle({ title: 'Élections: le maire démissionne', section: 'politics', publishedAt: NOON - HOUR })
await archive.ingest(
  [ferry, mayor].map((article, n) => ({ article, decision: newIn(`s${n}` as StoryId) })),
  NOON,
  'crawl-1',
)

describe('the search for articles', () => {
  it('a search finds articles by prefixes of their words, whatever the accents, newest first', async () => {
    expect(await finder.find({ ...ANY, words: 'TREATY ell' }, 0, 10)).toEqual({ ids: [ferry.id], count: 1 })
    expect((await finder.find({ ...ANY, words: 'elections' }, 0, 10)).ids).toEqual([mayor.id])
    expect((await finder.find({ ...ANY, words: 'reaty' }, 0, 10)).count).toBe(0)
    expect((await finder.find(ANY, 0, 10)).ids).toEqual([mayor.id, ferry.id])
    expect(await finder.find(ANY, 1, 10)).toEqual({ ids: [ferry.id], count: 2 })
  })

  it('a search finds articles by source, section and time', async () => {
    expect((await finder.find({ ...ANY, section: mayor.section }, 0, 10)).ids).toEqual([mayor.id])
    expect((await finder.find({ ...ANY, source: 'nobody' }, 0, 10)).count).toBe(0)
    expect((await finder.find({ ...ANY, from: NOON - 2 * HOUR }, 0, 10)).ids).toEqual([mayor.id])
    expect((await finder.find({ ...ANY, to: NOON - 2 * HOUR }, 0, 10)).ids).toEqual([ferry.id])
  })

  it('a search finds an article by its corrected headline, and by the section an editor moved it to', async () => {
    const corrected = { ...ferry, title: 'Ferry accord signed' }
    await archive.ingest([{ article: corrected, decision: newIn('s0') }], NOON + HOUR)
    expect((await finder.find({ ...ANY, words: 'treaty' }, 0, 10)).count).toBe(0)
    expect((await finder.find({ ...ANY, words: 'accord' }, 0, 10)).ids).toEqual([ferry.id])
    await archive.setSection(ferry.id, 'sports', 'ana', NOON + HOUR)
    expect((await finder.find({ ...ANY, section: 'sports' }, 0, 10)).ids).toEqual([ferry.id])
  })

  it('the search index is not written for articles that come again unchanged', async () => {
    const before = await redis.xlen(keys.articleTitles())
    await archive.ingest([{ article: mayor, decision: newIn('s1') }], NOON + 2 * HOUR)
    expect(await redis.xlen(keys.articleTitles())).toBe(before)
  })

  it('a search finds no article that has left the archive', async () => {
    clock.now = NOON + settings.retention - 2 * HOUR
    const fresh = anArticle({ title: 'Bridge reopens', publishedAt: clock.now })
    await archive.ingest([{ article: fresh, decision: newIn('s9') }], clock.now)
    expect((await finder.find(ANY, 0, 10)).ids).toEqual([fresh.id, mayor.id])
  })
})

import { describe, expect, it } from 'vitest'
import { createArticleStore } from '../../src/articles/redis-store.ts'
import { ArticleSettings } from '../../src/config/sections/articles.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { ArticleHash } from '../../src/domain/redis-contract.ts'
import { anArticle, NOON, newIn, testLabels } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const settings = ArticleSettings.parse({})
const archive = createArticleStore({
  ...{ redis, keys, retention: () => settings.retention, poolSize: () => 2_000, findWeight: () => 1 },
  labels: testLabels,
  findParent: section => (section === 'asia' ? 'world' : undefined),
})
let run = 0
const taken = async () => {
  run += 1
  const article = anArticle({
    ...{ title: `Ferry runs ${run}`, url: `https://courier.example/ferry-${run}` },
    ...{ section: 'world', sections: ['world', 'politics'] },
    evidence: [{ section: 'world', from: 'category', what: 'World', weight: 0.9 }],
  })
  await archive.ingest([{ article, decision: newIn(`s${run}`) }], NOON, 'crawl-1')
  return { article, story: `s${run}`, decision: newIn(`s${run}`) }
}
const read = async (id: ArticleId) => {
  const [article] = await archive.articles([id])
  if (!article) throw new Error('it is gone')
  return article
}

describe('an article an editor moves to another section', () => {
  it('an article moved by an editor is with its story in the indexes of the new section, and no longer in those of the old', async () => {
    const { article, story } = await taken()
    const filed = await archive.setSection(article.id, 'asia', 'ana', NOON)
    expect(filed).toMatchObject({
      before: 'world',
      after: 'asia',
      ingested: { edited: [article.id], stories: [story] },
    })
    expect(filed?.ingested.sections).toEqual(expect.arrayContaining(['asia', 'world', 'politics']))
    expect(await read(article.id)).toMatchObject({ section: 'asia', sections: ['asia', 'world', 'politics'] })
    expect((await archive.stories([story as never]))[0]?.sections[0]).toBe('asia')
    expect(await redis.zscore(keys.storyIndex('asia'), story)).not.toBeNull()
    await archive.setSection(article.id, 'sports', 'ana', NOON)
    expect(await redis.zscore(keys.storyIndex('asia'), story)).toBeNull()
    expect(ArticleHash.parse(await redis.hgetall(keys.article(article.id))).filed).toBe('["world","politics"]')
  })

  it('an article moved by an editor records who moved it beside the earlier evidence', async () => {
    const { article } = await taken()
    await archive.setSection(article.id, 'asia', 'ana', NOON)
    await archive.setSection(article.id, 'sports', 'bo', NOON)
    expect((await read(article.id)).evidence).toEqual([
      { section: 'sports', from: 'editor', what: 'bo', weight: 1 },
      ...article.evidence,
    ])
  })

  it('an article moved by an editor stays there when its publisher files it elsewhere, and goes there once the move is undone', async () => {
    const { article, decision } = await taken()
    await archive.setSection(article.id, 'sports', 'ana', NOON)
    const evidence = [{ section: 'business', from: 'url' as const, what: '/business/', weight: 0.8 }]
    const edited = { ...article, title: 'Ferry fares rise', section: 'business', sections: ['business'], evidence }
    const { sections } = await archive.ingest([{ article: edited, decision }], NOON + 1)
    expect(sections).toContain('sports')
    expect(await read(article.id)).toMatchObject({
      title: 'Ferry fares rise',
      section: 'sports',
      sections: ['sports', 'business'],
      evidence: [{ from: 'editor' }, { from: 'url' }],
    })
    const back = await archive.setSection(article.id, null, 'ana', NOON + 2)
    expect(back).toMatchObject({ before: 'sports', after: 'business' })
    expect(await read(article.id)).toMatchObject({ section: 'business', sections: ['business'], evidence })
    expect(await redis.hexists(keys.article(article.id), 'filed')).toBe(0)
  })

  it('an article keeps the id of the crawl that first brought it when a later crawl edits it', async () => {
    const { article, decision } = await taken()
    await archive.ingest([{ article: { ...article, title: 'Ferry halts' }, decision }], NOON + 1, 'crawl-2')
    expect((await read(article.id)).crawl).toBe('crawl-1')
  })

  it('moving an unknown article to another section creates nothing', async () => {
    expect(await archive.setSection('nobody' as ArticleId, 'sports', 'ana', NOON)).toBeNull()
    expect(await redis.exists(keys.article('nobody'))).toBe(0)
  })
})

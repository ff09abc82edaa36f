import { describe, expect, it, vi } from 'vitest'
import { createClient, readPanels } from '../../src/client/index.ts'
import { anArticle } from '../support/articles.ts'
import { testRedis } from '../support/redis.ts'

const { redis, keys } = testRedis()
const client = createClient(redis, { prefix: keys.prefix })

/** Publishes a list of stories, each led by an article of its name. */
const publish = async (list: string, stories: readonly string[], covers = 'week') => {
  const entries = stories.map((id, n) =>
    JSON.stringify({ rank: n + 1, id, story: { id: `s-${id}` }, placedBy: 'rule' }),
  )
  await redis.rpush(keys.list(list), ...entries)
  await redis.hset(keys.listMeta(list), 'covers', covers)
}
const { id } = anArticle()
await redis.hset(keys.article(id), { id, title: 'Harbour bridge reopens', story: 's-open' })
await publish('latest:world', ['open', 'a', 'b', 'c', 'd'])
await publish('most-read:week', ['b', 'e', 'a', 'f', 'g', 'h', 'i'], 'day')
await publish('most-read:day', ['b', 'e', 'a', 'f', 'g', 'h', 'i'], 'day')

const ids = (panels: readonly { readonly entries: readonly { readonly id: string }[] }[]) =>
  panels.map(({ entries }) => entries.map(entry => entry.id))

describe('a page read by the client', () => {
  it('a page read by the client shows no story twice, and comes in one round trip with its article', async () => {
    const pipeline = vi.spyOn(redis, 'pipeline')
    const { article, panels } = await client.page({
      article: id,
      lists: [
        { list: 'latest', section: 'world', limit: 2 },
        { list: 'most-read:week', limit: 3 },
        { list: 'most-read:week', limit: 2 },
        { list: 'most-read:week', limit: 4, repeat: true },
        'nothing',
      ],
      unique: true,
    })
    const [latest, week, , , nothing] = panels
    expect(article?.title).toBe('Harbour bridge reopens')
    expect(ids(panels)).toEqual([['a', 'b'], ['e', 'f', 'g'], ['h', 'i'], ['e', 'f', 'g', 'h'], []])
    expect([latest.list, week.entries[0]?.rank, nothing.sameAs]).toEqual(['latest:world', 2, null])
    expect(pipeline).toHaveBeenCalledTimes(1)
    expect(pipeline.mock.results[0]?.value.length).toBe(4)
    pipeline.mockRestore()
  })

  it('a page read by the client leaves out lists with the same content if asked to, unique or not', async () => {
    const lists = ['most-read:week', { list: 'most-read:day', limit: 2 }] as const
    const { panels } = await client.page({ lists, skipSame: true, limit: 3 })
    expect(ids(panels)).toEqual([['b', 'e', 'a'], []])
    expect(panels.map(({ sameAs }) => sameAs)).toEqual([null, 'most-read:week'])
    expect(ids((await client.page({ lists, skipSame: true, unique: true, limit: 3 })).panels)).toEqual([
      ['b', 'e', 'a'],
      [],
    ])
  })

  it('a page read by the client that is not unique has the heads of its lists, as an array and by name', async () => {
    const { article, panels } = await readPanels(
      redis,
      { lists: ['latest:world', { list: 'most-read:week', limit: 1 }], limit: 2 },
      { prefix: keys.prefix },
    )
    expect([article, ids(panels)]).toEqual([null, [['open', 'a'], ['b']]])
    const page = await client.page(['latest:world', { list: 'most-read:week', limit: 1 }], { article: id, limit: 2 })
    expect(page.article?.id).toBe(id)
    expect(page.lists['latest:world'].map(entry => entry.id)).toEqual(['open', 'a'])
    expect(page.lists['most-read:week'].map(entry => entry.id)).toEqual(['b'])
  })

  it('a page read by the client has its panels even if its article is gone', async () => {
    const { article, panels } = await client.page({
      article: 'nobody',
      lists: ['latest:world'],
      unique: true,
      limit: 2,
    })
    expect([article, ids(panels)]).toEqual([null, [['open', 'a']]])
  })
})

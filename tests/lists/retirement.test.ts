import { describe, expect, it } from 'vitest'
import { Settings } from '../../src/config/schema.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { articleId } from '../../src/domain/canonical-url.ts'
import { createKnownNames } from '../../src/sources/catalogue/known-names.ts'
import { anArticle, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'

const HOUR = 3_600_000

describe('a list that is configured no longer', () => {
  const room = aListRoom({ settings: { groups: { locals: ['herald', 'gazette'] }, retireAfter: '1d', minEntries: 0 } })
  const desk = room.open()
  const { clock, redis, keys } = room
  const LIST = 'latest:group:locals'
  const titles = ['Ferry back in service', 'Bank keeps its rate', 'Mayor resigns', 'Bridge opens', 'Harbour closed']
  /** With the id that ingest gives it, by which entries name other articles of their stories. */
  const withOwnId = (title: string, source: string) => {
    const { url } = anArticle({ title, source })
    return anArticle({ title, source, url, id: articleId(url) })
  }
  const articles = titles.map((title, n) => withOwnId(title, n % 2 ? 'gazette' : 'herald'))
  const idOf = (title: string) => articles.find(each => each.title === title)?.id as ArticleId
  const configure = (lists: object) => {
    room.config.settings = { ...room.config.settings, lists: Settings.parse({ lists }).lists }
  }
  const without = { retireAfter: '1d', minEntries: 0 }
  const block = async (what: string) => {
    // Longer than the debounce.
    clock.now += 1_000
    await desk.editors.place({
      ...{ kind: 'block', what, list: '*', by: 'ed', at: clock.now, until: clock.now + 9 * HOUR },
    })
    await desk.waiting.enqueue([LIST], false)
    await desk.publisher.publishWaiting(() => false)
  }
  const since = async () => Number(await redis.zscore(keys.publishedLists(), LIST))

  it('stays as it is, but loses what is blocked, whichever way it is named, and what is evicted', async () => {
    for (const [n, article] of articles.entries()) await desk.takeIn([{ article, decision: newIn(`s${n}`) }])
    // Another publisher's article leads that story: the entry names both.
    const other = withOwnId('Harbour is closed', 'gazette')
    await desk.takeIn([{ article: other, decision: newIn('s4') }])
    await desk.publisher.publish(LIST)
    await desk.publisher.refreshExpiry()
    expect(await since()).toBe(0)
    configure(without)
    await desk.publisher.refreshExpiry()
    expect(await since()).toBe(clock.now)
    expect(await room.meta(LIST)).toMatchObject({ retiresAt: new Date(clock.now + 24 * HOUR).toISOString() })
    const standing = await room.titles(LIST)
    expect(standing.toSorted()).toEqual(
      titles.map(title => (title === 'Harbour closed' ? other.title : title)).toSorted(),
    )

    await block(idOf('Mayor resigns'))
    await block('s1')
    await block(idOf('Harbour closed'))
    expect((await room.titles(LIST)).toSorted()).toEqual(['Bridge opens', 'Ferry back in service'])
    await desk.eviction.begin([idOf('Bridge opens')])
    expect((await room.list(LIST)).map(({ rank, title }) => [rank, title])).toEqual([[1, 'Ferry back in service']])
  })

  it('is kept if it is configured again in time, and deleted a day after it was last', async () => {
    clock.now += 22 * HOUR
    configure({ ...without, groups: { locals: ['herald'] } })
    await desk.publisher.refreshExpiry()
    expect(await since()).toBe(0)
    expect(await room.meta(LIST)).not.toHaveProperty('retiresAt')

    configure(without)
    await desk.publisher.refreshExpiry()
    clock.now += 23 * HOUR
    await desk.publisher.refreshExpiry()
    expect(await room.titles(LIST)).toHaveLength(1)
    clock.now += HOUR
    await desk.publisher.refreshExpiry()
    expect(await redis.exists(keys.list(LIST), keys.listMeta(LIST), keys.listHistoryLatest(LIST))).toBe(0)
    expect(await redis.zscore(keys.publishedLists(), LIST)).toBeNull()
  })

  it('gets its time anew if it was noted while the clock was ahead', async () => {
    await redis.zadd(keys.publishedLists(), clock.now + 9 * HOUR, LIST)
    await desk.publisher.refreshExpiry()
    expect(await since()).toBe(clock.now)
  })
})

describe('the name of a source that is gone', () => {
  const { redis, keys, clock } = aListRoom()

  it('is kept for as long as articles are, and is the latest where the source comes back under another', async () => {
    let sources = [{ id: 'courier' as never, name: 'The Courier' }]
    const names = createKnownNames({
      ...{ redis, keys, now: () => clock.now, sources: () => sources, taxonomy: () => [] },
      retention: () => 30 * 24 * HOUR,
    })
    const find = async () => (await names.findFormer(['courier'], [])).sources.get('courier')
    await names.note()
    sources = []
    await names.note()
    expect(await find()).toBe('The Courier')
    clock.now += 29 * 24 * HOUR
    sources = [{ id: 'courier' as never, name: 'Courier International' }]
    await names.note()
    sources = []
    clock.now += 24 * HOUR
    await names.note()
    expect(await find()).toBe('Courier International')
    clock.now += 31 * 24 * HOUR
    await names.note()
    expect(await find()).toBeUndefined()
  })
})

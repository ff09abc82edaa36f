import { describe, expect, it } from 'vitest'
import type { StoryId } from '../../src/domain/article.ts'
import { GRACE } from '../../src/eviction/evict.ts'
import { readEvictionState } from '../../src/eviction/evictor.ts'
import { createListWriter } from '../../src/lists/write.ts'
import { entriesFrom } from '../support/entries.ts'
import { aFullRoom, anEmptyRoom, shownThoughGone } from '../support/room.ts'

const desk = anEmptyRoom()

describe('eviction near the memory limit of articles', () => {
  it('eviction makes the oldest articles leave, no more than must, and no list shows one that is gone', async () => {
    const full = await aFullRoom(desk)
    const { redis, keys, clock, room, config } = full
    await full.fill(0.96)
    const { dropped } = await room.run()
    // From 96 to 90 % of a hundred is seven of them, as long as each takes about the same.
    expect(dropped).toBeGreaterThanOrEqual(5)
    expect(dropped).toBeLessThanOrEqual(9)
    expect(await shownThoughGone(redis, keys)).toEqual([])
    // Who has read a list a moment ago still finds what it showed.
    expect(await full.there()).toHaveLength(100)
    // What they took is an estimate: some more may follow.
    let all = dropped
    for (let last = dropped; last > 0; all += last) {
      clock.now += GRACE
      const made = await room.run()
      expect(made.finished).toBe(last)
      last = made.dropped
    }
    expect(all).toBeLessThanOrEqual(12)
    expect(await full.there()).toEqual(Array.from({ length: 100 - all }, (_, place) => place + all))
    expect(await shownThoughGone(redis, keys)).toEqual([])
    expect((await full.taken()) / config.settings.articles.memory).toBeLessThan(0.9)
    expect(await readEvictionState(redis, keys)).toMatchObject({
      articles: 100 - all,
      evicted: all,
      pending: 0,
      isEvicting: false,
    })
  })

  it('eviction deletes everything that belongs to the oldest articles', async () => {
    const { redis, keys, clock, room, fill, articles, lists } = await aFullRoom(desk)
    await fill(0.96)
    const { dropped } = await room.run()
    clock.now += GRACE
    await room.run()
    for (const [place, { id }] of articles.slice(0, dropped).entries()) {
      const left = [
        keys.article(id),
        keys.list(`related:${id}`),
        keys.listMeta(`related:${id}`),
        keys.relatedBackLinks(id),
      ]
      expect(await redis.exists(...left)).toBe(0)
      expect(await lists.archive.stories([`s${place}` as StoryId])).toEqual([null])
      expect(await redis.zscore(keys.storyIndex(), `s${place}`)).toBeNull()
      expect(await redis.zscore(keys.articleIndex(), id)).toBeNull()
    }
  })

  it('eviction starts only near the memory limit, and goes on until there is room', async () => {
    const { redis, keys, fill, room } = await aFullRoom(desk)
    await fill(0.94)
    expect(await room.run()).toMatchObject({ dropped: 0 })
    await fill(0.96)
    const { dropped } = await room.run()
    expect(dropped).toBeGreaterThan(0)
    // Those on their way out count as gone: whoever looks next takes none or a few more, since what each takes is estimated, and not as many again.
    expect((await room.run()).dropped).toBeLessThan(dropped)
    await fill(1.1)
    expect((await room.run()).dropped).toBeGreaterThan(0)
    expect(await readEvictionState(redis, keys)).toMatchObject({ isEvicting: true, isShort: false })
  })

  it('eviction spares articles that are listed or read, and reports when too few others are left to evict', async () => {
    const full = await aFullRoom(desk)
    const { redis, keys, room, articles, list } = full
    const [oldest, second] = articles
    await redis.zadd(keys.eventWindow('view', 'week'), 40, oldest?.id ?? '')
    await redis.hset(keys.eventTotals('view'), oldest?.id ?? '', 40, second?.id ?? '', 3)
    const shown = await list('latest')
    await full.fill(40)
    await room.run()
    full.clock.now += GRACE
    await room.run()
    // Ten in the list, two of them and one more of the last day, and the one that is read.
    expect(await full.there()).toEqual([0, ...Array.from({ length: 10 }, (_, place) => place + 90)])
    expect(await list('latest')).toEqual(shown)
    expect(await redis.zscore(keys.eventWindow('view', 'week'), oldest?.id ?? '')).toBe('40')
    expect(await redis.hgetall(keys.eventTotals('view'))).toEqual({ [oldest?.id ?? '']: '40', [second?.id ?? '']: '3' })
    expect(await readEvictionState(redis, keys)).toMatchObject({ isShort: true })
  })

  it('a list that was ranked before an eviction does not show the evicted articles', async () => {
    const full = await aFullRoom(desk)
    const { redis, keys, clock, articles } = full
    const [oldest] = articles
    const [before] = await redis.xrevrange(keys.changes(), '+', '-', 'COUNT', 1)
    const ranked = entriesFrom([JSON.stringify({ rank: 1, id: oldest?.id })])
    await full.fill(0.96)
    await full.room.run()
    const writer = createListWriter(redis, keys)
    const about = { fallback: '' as const, window: '' as const, stale: false, lives: 0, at: clock.now }
    const late = await writer.write([{ ...about, name: 'latest', entries: ranked, asOf: before?.[0] ?? '' }])
    expect(late).toEqual(['overtaken'])
    expect((await full.list('latest')).map(({ id }) => id)).not.toContain(oldest?.id)
  })

  it('an eviction is finished by another process if the one that began it died', async () => {
    const full = await aFullRoom(desk)
    const { redis, keys, clock, articles } = full
    const ids = articles.slice(0, 3).map(({ id }) => id)
    await redis.zadd(keys.pendingDeletion(), ...ids.flatMap(id => [clock.now, id]))
    await redis.hset(keys.article(ids[0] ?? ''), 'leaving', 1)
    clock.now += GRACE
    expect(await full.room.run()).toMatchObject({ finished: 3 })
    expect(await full.there()).toEqual(Array.from({ length: 97 }, (_, place) => place + 3))
    expect(await shownThoughGone(redis, keys)).toEqual([])
  })
})

describe('an article close to its expiry', () => {
  it('an article close to its expiry is removed from stories and lists before it expires', async () => {
    const full = await aFullRoom(desk)
    const { redis, keys, articles } = full
    const old = articles[95]
    expect((await full.list('latest')).map(({ id }) => id)).toContain(old?.id)
    await redis.pexpire(keys.article(old?.id ?? ''), 60_000)
    expect(await full.room.run()).toMatchObject({ aged: 1, dropped: 0 })
    const left = await full.list('latest')
    expect(left.map(({ id }) => id)).not.toContain(old?.id)
    expect(left.map(({ rank }) => rank)).toEqual(left.map((_, place) => place + 1))
    expect(await full.lists.archive.stories(['s95' as StoryId])).toEqual([null])
  })
})

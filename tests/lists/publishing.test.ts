import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import type { ArticleId } from '../../src/domain/article.ts'
import { difference } from '../../src/lists/write.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { entriesFrom } from '../support/entries.ts'
import { aListRoom } from '../support/lists.ts'

const HOUR = 3_600_000
const send = Redis.prototype.sendCommand
const room = aListRoom({ settings: { minEntries: 2, relatedMinEntries: 2, latest: 20 } })
const { redis, keys, clock } = room
const desk = room.open()

let made = 0
/** Takes in an article of a story of its own. */
const publish = async (title: string, some: Parameters<typeof anArticle>[0] = {}, on = desk): Promise<ArticleId> => {
  made += 1
  const article = anArticle({
    title,
    source: ['courier', 'herald', 'gazette'][made % 3] ?? '',
    publishedAt: clock.now,
    firstSeenAt: clock.now + 5_000,
    ...some,
  })
  await on.takeIn([{ article, decision: newIn(`s${article.id}`) }])
  return article.id
}
const updates = async (): Promise<string[]> =>
  (await redis.xrange(keys.updates(), '-', '+')).map(([, fields]) => `${fields[1]} ${fields[3]}`)

describe('a list that is published', () => {
  it('a published list is announced once it can be read, once for every change, and not if nothing changed', async () => {
    await publish('Ferry treaty signed')
    expect(await desk.publisher.publish('latest')).toEqual({ list: 'latest', changed: true, count: 1 })
    expect(await desk.publisher.publish('latest')).toEqual({ list: 'latest', changed: false, count: 1 })
    expect(await updates()).toEqual(['latest 1'])
    const { version, count, schema, stale, fallback, hash } = await room.meta('latest')
    expect({ version, count, schema, stale, fallback }).toEqual({
      version: '1',
      count: '1',
      schema: '1',
      stale: '0',
      fallback: '',
    })
    expect(hash).toMatch(/^[\w-]{22}$/)
  })

  it('a published list is announced by the next process to write it if one died between writing and announcing', async () => {
    await redis.hset(keys.listMeta('latest'), 'announced', '0')
    await room.open().publisher.publish('latest')
    expect(await updates()).toEqual(['latest 1', 'latest 1'])
  })

  it('a published list is announced by the next process to write it if the announcement failed', async () => {
    const own = aListRoom()
    const { publisher } = own.open()
    await own.redis.set(own.keys.updates(), 'no stream')
    await expect(publisher.publish('latest')).rejects.toThrow('WRONGTYPE')
    await own.redis.del(own.keys.updates())
    await publisher.publish('latest')
    const [entry] = await own.redis.xrange(own.keys.updates(), '-', '+')
    expect(entry?.[1].slice(0, 4)).toEqual(['list', 'latest', 'version', '1'])
  })

  it('a published list shows what another process ingested, even if the publisher cached an earlier state', async () => {
    const other = room.open()
    await other.publisher.publish('latest')
    clock.now += 1_000
    const mayor = { source: 'herald', url: 'https://herald.example/mayor' }
    await publish('Mayor resigns', mayor, other)
    await desk.publisher.publish('latest')
    expect(await room.titles('latest')).toEqual(['Mayor resigns', 'Ferry treaty signed'])
    clock.now += 1_000
    await publish('Mayor will stay on', mayor)
    await other.publisher.publish('latest')
    expect(await room.titles('latest')).toEqual(['Mayor will stay on', 'Ferry treaty signed'])
  })

  it('a published list is never reset to an older state by a process that lags behind', async () => {
    const behind = room.open()
    const asOf = (await room.meta('latest')).asOf ?? ''
    clock.now += 1_000
    await publish('Budget passed')
    await desk.publisher.publish('latest')
    const before = await room.meta('latest')
    expect(asOf).not.toBe(before.asOf)
    // As one that ranked before the budget and writes after it.
    await redis.hset(keys.listMeta('latest'), 'asOf', '99999999999999-0')
    expect((await behind.publisher.publish('latest')).changed).toBe(false)
    expect((await room.titles('latest'))[0]).toBe('Budget passed')
    await redis.hset(keys.listMeta('latest'), 'asOf', before.asOf ?? '')
  })

  it('a published list is byte for byte the same from any process, also a freshly started one', async () => {
    const bytes = () => redis.lrange(keys.list('latest'), 0, -1)
    const before = await bytes()
    await redis.del(keys.list('latest'))
    expect((await room.open().publisher.publish('latest')).changed).toBe(true)
    expect(await bytes()).toEqual(before)
  })

  it('a published list is rewritten in full if someone tampered with it', async () => {
    const before = await redis.lrange(keys.list('latest'), 0, -1)
    await redis.rpop(keys.list('latest'))
    await desk.publisher.publish('latest')
    expect(await redis.lrange(keys.list('latest'), 0, -1)).toEqual(before)
  })
})

describe('the difference of two lists', () => {
  it('the difference of two lists is their changed ranks, and none if a full write is no more work', () => {
    const each = (letters: string) => entriesFrom([...letters]).each
    const told = (before: string, after: string) => difference(each(before), each(after))?.map(String)
    expect(told('abcdefghij', 'axcdefghij')).toEqual(['1', 'x'])
    expect(told('abcdefgh', 'abcdefghij')).toEqual(['8', 'i', '9', 'j'])
    expect(told('abcdefghij', 'abcd')).toEqual([])
    expect(told('abcdefghij', 'xbxdxfghij')).toBeUndefined()
  })

  it('the difference of two lists gives the same list as a full write', async () => {
    const views = keys.eventTotals('view')
    for (const [title, count] of [
      ['Budget passed', 7],
      ['Ferry treaty signed', 3],
    ] as const) {
      const entry = (await room.list('latest')).find(each => each.title === title)
      await redis.hset(views, entry?.id ?? '', count)
    }
    // As the counter does with every batch.
    await redis.incr(keys.eventState('version'))
    await desk.publisher.publish('latest')
    const written = await redis.lrange(keys.list('latest'), 0, -1)
    expect((await room.list('latest')).map(({ counts }) => counts.views)).toEqual([7, 0, 3])
    await redis.del(keys.list('latest'))
    await room.open().publisher.publish('latest')
    expect(await redis.lrange(keys.list('latest'), 0, -1)).toEqual(written)
  })
})

describe('a list with all its articles blocked', () => {
  it('a list with all its articles blocked is empty, and complete again once the block ends', async () => {
    const before = await room.titles('latest')
    const ids = (await room.list('latest')).map(({ id }) => id)
    for (const what of ids)
      await desk.editors.place({
        kind: 'block',
        what,
        list: 'latest',
        by: 'ed',
        at: clock.now,
        until: clock.now + 60_000,
      })
    await desk.publisher.publish('latest')
    expect(await room.titles('latest')).toEqual([])
    expect((await room.meta('latest')).count).toBe('0')
    clock.now += 60_000
    await desk.publisher.refreshExpiry()
    await desk.publisher.publish('latest')
    expect(await room.titles('latest')).toEqual(before)
    const log = await desk.editors.log(10)
    expect(log.map(({ did, by }) => `${did} ${by}`)).toEqual([
      ...ids.map(() => 'expired ed'),
      ...ids.map(() => 'placed ed'),
    ])
  })
})

describe('lists queued for publishing', () => {
  const written = async (name: string) => Number((await room.meta(name)).version ?? 0)

  it('lists queued for publishing are written at most once per settling time, however many articles came, the last included', async () => {
    // A clock that stands still but for waiting: what is not waited for costs no time.
    let waited = 0
    const still = room.open()
    const before = await written('latest')
    let passes = 0
    for (let burst = 0; burst < 30; burst += 1) {
      clock.now += 10
      await publish(`Burst ${burst}`, {}, still)
      await still.waiting.enqueue(['latest'], false)
      const { lists, wait } = await still.waiting.claim(10, 200, clock.now)
      for (const { name } of lists) await still.publisher.publish(name)
      await still.waiting.acknowledge(lists)
      if (lists.length > 0) passes += 1
      waited = wait ?? 0
    }
    // 300 ms of it: at once, after 200, and what is left waits.
    expect(passes).toBe(2)
    expect((await written('latest')) - before).toBe(2)
    clock.now += waited
    const last = await still.waiting.claim(10, 200, clock.now)
    expect(last.lists.map(({ name }) => name)).toEqual(['latest'])
    await still.publisher.publish('latest')
    await still.waiting.acknowledge(last.lists)
    expect((await room.titles('latest'))[0]).toBe('Burst 29')
    expect((await still.waiting.claim(10, 200, clock.now + 1_000)).lists).toEqual([])
  })

  it('lists queued for publishing are not lost if the worker dies, or if they change while being written', async () => {
    const { waiting } = desk
    clock.now += 10_000
    await waiting.enqueue(['latest', 'must-reads'], false)
    const taken = await waiting.claim(10, 200, clock.now)
    expect(taken.lists).toHaveLength(2)
    await waiting.enqueue(['latest'], false)
    await waiting.acknowledge(taken.lists)
    clock.now += 200
    expect((await waiting.claim(10, 200, clock.now)).lists.map(({ name }) => name)).toEqual(['latest'])
    // Its worker died: nobody said it was done.
    clock.now += 200
    const again = await waiting.claim(10, 200, clock.now)
    expect(again.lists.map(({ name }) => name)).toEqual(['latest'])
    await waiting.acknowledge(again.lists)
  })

  it('lists that changed are published before those that are refreshed by the clock', async () => {
    clock.now += 10_000
    await desk.waiting.enqueue(['trending', 'most-read:day'], true)
    await desk.waiting.enqueue(['latest'], false)
    const first = await desk.waiting.claim(1, 200, clock.now)
    expect(first.lists.map(({ name }) => name)).toEqual(['latest'])
    await desk.waiting.acknowledge(first.lists)
    const others = await desk.waiting.claim(10, 200, clock.now)
    expect(others.lists.map(({ name }) => name)).toEqual(['most-read:day', 'trending'])
    await desk.waiting.acknowledge(others.lists)
  })

  it('lists queued for publishing are not held up by a clock that steps back', async () => {
    await desk.waiting.enqueue(['latest'], false)
    clock.now -= HOUR
    const claimed = await desk.waiting.claim(10, 200, clock.now)
    expect(claimed.lists).toHaveLength(1)
    await desk.waiting.acknowledge(claimed.lists)
    clock.now += HOUR
  })

  it('lists queued for publishing are all written on request, and unknown ones are deleted', async () => {
    clock.now = NOON + 48 * HOUR
    await desk.waiting.enqueue([...desk.publisher.names(), 'latest:language:xx'], false)
    const published = await desk.publisher.publishWaiting(() => false)
    expect(new Set(published.map(({ list }) => list))).toEqual(
      new Set([...desk.publisher.names(), 'latest:language:xx']),
    )
    expect(await redis.exists(keys.list('latest:language:xx'))).toBe(0)
    expect((await desk.waiting.claim(10, 0, clock.now)).lists).toEqual([])
  })
})

describe('a list of related articles', () => {
  it('a list of related articles is backfilled with new ones if none are similar, and shows no story twice', async () => {
    const id = await publish('Nothing like it')
    const [published] = await desk.publisher.publishRelated([id])
    expect(published?.changed).toBe(true)
    const entries = await room.list(`related:${id}`)
    expect(entries.length).toBe(2)
    expect(entries.map(each => each.id)).not.toContain(id)
    expect(new Set(entries.map(({ placedBy }) => placedBy))).toEqual(new Set(['latest']))
    expect(await redis.pttl(keys.list(`related:${id}`))).toBeGreaterThan(0)
  })
})

describe('lists published together', () => {
  it('lists published together are ranked as of one moment, with shared inputs read once and all announced in one call', async () => {
    const names = ['latest', 'latest:world', 'must-reads', 'must-reads:world']
    await publish('Tram line opens')
    const other = room.open()
    await other.waiting.enqueue(names, false)
    const sent: string[] = []
    const spy = vi.spyOn(Redis.prototype, 'sendCommand').mockImplementation(function (this: Redis, ...args) {
      const [{ name, args: words }] = args
      sent.push([name, ...(name === 'evalsha' ? [words[2]] : words.slice(0, 1))].join(' '))
      return send.apply(this, args)
    })
    clock.now += HOUR
    await other.publisher.publishWaiting(() => false)
    spy.mockRestore()
    const times = (command: string) => sent.filter(each => each === command).length
    expect([times(`zrevrange ${keys.storyIndex()}`), times(`zrevrange ${keys.storyIndex('world')}`)]).toEqual([1, 1])
    expect([times(`hgetall ${keys.overrides()}`), times(`hmget ${keys.eventTotals('view')}`)]).toEqual([1, 1])
    expect(times(`evalsha ${keys.updates()}`)).toBe(1)
    expect(
      (await updates())
        .slice(-names.length)
        .map(each => each.split(' ')[0])
        .sort(),
    ).toEqual(names)
  })

  it('lists published together show what was counted since they were last written', async () => {
    const id = (await room.list('latest'))[0]?.id ?? ''
    await desk.publisher.publish('latest')
    await redis.hset(keys.eventTotals('view'), id, 5)
    // As the counter does with every batch.
    await redis.incr(keys.eventState('version'))
    await desk.publisher.publish('latest')
    expect((await room.list('latest'))[0]?.counts.views).toBe(5)
    await redis.hdel(keys.eventTotals('view'), id)
    await redis.incr(keys.eventState('version'))
  })
})

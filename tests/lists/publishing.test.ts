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
  it('a list that is published is announced once it can be read, once for every change, and not where nothing changed', async () => {
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

  it('a list that is published is announced by the next to write it, where one died between writing and telling', async () => {
    await redis.hset(keys.listMeta('latest'), 'announced', '0')
    await room.open().publisher.publish('latest')
    expect(await updates()).toEqual(['latest 1', 'latest 1'])
  })

  it('a list that is published shows what another process took in, though it has read what stood there before', async () => {
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

  it('a list that is published is never put back to an older state by a process that is behind', async () => {
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

  it('a list that is published is the same bytes from any process, and from one that starts afresh', async () => {
    const bytes = () => redis.lrange(keys.list('latest'), 0, -1)
    const before = await bytes()
    await redis.del(keys.list('latest'))
    expect((await room.open().publisher.publish('latest')).changed).toBe(true)
    expect(await bytes()).toEqual(before)
  })

  it('a list that is published is written whole again where somebody tampered with it', async () => {
    const before = await redis.lrange(keys.list('latest'), 0, -1)
    await redis.rpop(keys.list('latest'))
    await desk.publisher.publish('latest')
    expect(await redis.lrange(keys.list('latest'), 0, -1)).toEqual(before)
  })
})

describe('the difference of two lists', () => {
  it('the difference of two lists is its changed places, and none where writing it whole is no more work', () => {
    const each = (letters: string) => entriesFrom([...letters]).each
    const told = (before: string, after: string) => difference(each(before), each(after))?.map(String)
    expect(told('abcdefghij', 'axcdefghij')).toEqual(['1', 'x'])
    expect(told('abcdefgh', 'abcdefghij')).toEqual(['8', 'i', '9', 'j'])
    expect(told('abcdefghij', 'abcd')).toEqual([])
    expect(told('abcdefghij', 'xbxdxfghij')).toBeUndefined()
  })

  it('the difference of two lists leaves the list as writing it whole would', async () => {
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

describe('a list of which everything is blocked', () => {
  it('a list of which everything is blocked is empty, and whole again when the block has ended', async () => {
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

describe('lists that wait', () => {
  const written = async (name: string) => Number((await room.meta(name)).version ?? 0)

  it('lists that wait are written at most once in the settling time, however many articles came, and the last of them is in it', async () => {
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

  it('lists that wait are not lost with the worker that took them, nor with what changed while they were written', async () => {
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

  it('lists that changed go before those the clock asks for', async () => {
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

  it('lists that wait are not held up by a clock that steps back', async () => {
    await desk.waiting.enqueue(['latest'], false)
    clock.now -= HOUR
    const claimed = await desk.waiting.claim(10, 200, clock.now)
    expect(claimed.lists).toHaveLength(1)
    await desk.waiting.acknowledge(claimed.lists)
    clock.now += HOUR
  })

  it('lists that wait are all written by one who is asked to, and unknown ones forgotten', async () => {
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

describe('what is related', () => {
  it('a list of related articles is filled up with what is new where nothing is alike, and tells no story twice', async () => {
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

describe('lists that wait together', () => {
  it('lists that wait together are ranked as of one moment: what several of them need is read once, and readers are told in one call', async () => {
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

  it('lists that wait together show what was counted since they were written last', async () => {
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

import { describe, expect, it, vi } from 'vitest'
import { EVENT_KINDS } from '../../src/domain/counts.ts'
import { Entry } from '../../src/domain/entry.ts'
import { EventFields } from '../../src/domain/redis-contract.ts'
import type { StreamEntry } from '../../src/events/batch.ts'
import { createEventCounter } from '../../src/events/counter.ts'
import { GROUP } from '../../src/events/counting.ts'
import { createReplay } from '../../src/events/replay.ts'
import { LISTS } from '../../src/lists/registry.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { testCounters } from '../support/events.ts'
import { aListRoom } from '../support/lists.ts'

// One more row: everything else must follow from it.
vi.mock('../../src/domain/event-kinds.ts', async original => {
  const { EVENT_KIND_TABLE } = await original<typeof import('../../src/domain/event-kinds.ts')>()
  const reaction = { counter: 'reactions', label: 'Reactions', perVisitor: true, isReading: false, list: 'most-loved' }
  return { EVENT_KIND_TABLE: { reaction, ...EVENT_KIND_TABLE } }
})

const { redis, aCounter, A, B } = testCounters()
const react = (article: string, visitor: string) => ({ kind: 'reaction', article, visitor })
const view = (article: string, visitor: string) => ({ kind: 'view', article, visitor })

describe('a kind of event that is added to the table', () => {
  it('a kind of event that is added to the table is counted separately, once per visitor, in totals, windows and the article', async () => {
    const desk = aCounter()
    expect(EventFields.parse({ kind: 'reaction', article: A }).kind).toBe('reaction')
    await redis.hset(desk.keys.article(A), 'id', A)
    const events = [react(A, 'x'), view(A, 'x'), react(A, 'x'), react(A, 'y'), react(B, 'x')]
    expect(await desk.counter().countEntries(await desk.deliver(NOON, events))).toBe(4)
    expect(await desk.totals('reaction')).toEqual({ [A]: 2, [B]: 1 })
    expect(await desk.totals('view')).toEqual({ [A]: 1 })
    expect(await desk.refused()).toEqual({ repeated: 1 })
    for (const window of ['hour', 'day', 'week'])
      expect(await redis.zscore(desk.keys.eventWindow('reaction', window), A)).toBe('2')
    expect(await redis.zcard(desk.keys.eventWindow('reaction', 'now'))).toBe(2)
    expect(await redis.hmget(desk.keys.article(A), 'reactions', 'views', 'shares')).toEqual(['2', '1', '0'])
  })

  it('a kind of event that is added to the table expires from its windows, and is counted again by a replay', async () => {
    const desk = aCounter()
    const counter = desk.counter()
    await counter.countEntries(await desk.deliver(NOON, [react(A, 'x'), react(A, 'y'), react(B, 'z')]))
    await redis.hset(desk.keys.eventTotals('reaction'), A, 9)
    await redis.zadd(desk.keys.eventWindow('reaction', 'day'), 9, A)
    const replay = createReplay({ ...desk.parts, onProgress: () => undefined })
    await replay.run({ from: NOON - 3_600_000, totals: true })
    expect(await redis.zscore(desk.keys.eventWindow('reaction', 'day'), A)).toBe('2')
    desk.clock.now += 2 * 3_600_000
    await counter.countEntries(await desk.deliver(desk.clock.now, [view(A, 'x')]))
    expect(await redis.zcard(desk.keys.eventWindow('reaction', 'hour'))).toBe(0)
    expect(await redis.zscore(desk.keys.eventWindow('reaction', 'day'), A)).toBe('2')
  })

  it('a kind of event that is added to the table has a list of its own, and a counter in every entry', async () => {
    expect(EVENT_KINDS).toContain('reaction')
    expect(LISTS.names({ taxonomy: [] })).toContain('most-loved:week')
    const room = aListRoom({ settings: { minEntries: 0 } })
    const lists = room.open()
    const articles = ['Ferry treaty signed', 'Budget passed'].map(title => anArticle({ title }))
    await lists.takeIn(articles.map((article, at) => ({ article, decision: newIn(`s${at}`) })))
    const [ferry = '', budget = ''] = articles.map(({ id }) => id)
    expect(await redis.hget(room.keys.article(ferry), 'reactions')).toBe('0')
    const { parts } = aCounter()
    const counter = createEventCounter({
      ...parts,
      keys: room.keys,
      archive: lists.archive,
      blocking: redis,
      consumer: 'one',
    })
    await redis.xgroup('CREATE', room.keys.events(), GROUP, '0', 'MKSTREAM')
    for (const event of [react(budget, 'x'), react(budget, 'y'), react(ferry, 'x'), view(ferry, 'x')])
      await redis.xadd(
        room.keys.events(),
        '*',
        ...Object.entries({ ...event, at: new Date(NOON).toISOString() }).flat(),
      )
    const read = (await redis.xreadgroup(
      ...(['GROUP', GROUP, 'one', 'COUNT', 10, 'STREAMS', room.keys.events(), '>'] as const),
    )) as [string, StreamEntry[]][]
    expect(await counter.countEntries(read[0]?.[1] ?? [])).toBe(4)
    await lists.publisher.publish('most-loved:week')
    const entries = (await room.list('most-loved:week')).map(entry => Entry.parse(entry))
    expect(entries.map(({ title, counts }) => [title, counts])).toEqual([
      ['Budget passed', { reactions: 2, views: 0, comments: 0, shares: 0 }],
      ['Ferry treaty signed', { reactions: 1, views: 1, comments: 0, shares: 0 }],
    ])
  })
})

import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient, type ReadReport } from '../../src/client/index.ts'
import { HttpSettings } from '../../src/config/sections/public-server.ts'
import { EVENT_FIELDS, type EventField } from '../../src/domain/event-fields.ts'
import { EventFields } from '../../src/domain/redis-contract.ts'
import type { StreamEntry } from '../../src/events/batch.ts'
import { GROUP } from '../../src/events/counting.ts'
import { eventsRoute } from '../../src/server/public/events.ts'
import { startHttp } from '../../src/server/public/server.ts'
import { type EventDesk, testCounters } from '../support/events.ts'

const { redis, aCounter, A } = testCounters()
const UA = 'Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0'
const open: { close(): Promise<void> }[] = []
afterAll(() => Promise.all(open.map(server => server.close())))

/** An event with every field of the contract, as each door takes it. */
const whole: Readonly<Record<Exclude<EventField, 'count'>, unknown>> & Omit<ReadReport, 'network'> = {
  kind: 'view',
  article: A,
  visitor: 'session-1',
  network: 'net-1',
  ua: UA,
  at: new Date(Date.now() - 3 * 86_400_000),
  seconds: 42,
  id: 'event-1',
}
const asText = (event: Partial<Record<EventField, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]),
  )

type Sent = Partial<Record<EventField, unknown>>
type Door = (desk: EventDesk, events: readonly Sent[]) => Promise<void>

const DOORS: Readonly<Record<string, Door>> = {
  'newsdesk/client': async (desk, events) => {
    const client = createClient(redis, { prefix: desk.keys.prefix })
    await client.events.report(events as unknown as ReadReport[])
  },
  XADD: async (desk, events) => {
    for (const event of events) await redis.xadd(desk.keys.events(), '*', ...Object.entries(asText(event)).flat())
  },
  'POST /v1/events': async (desk, events) => {
    const settings = HttpSettings.parse({ port: 0 })
    const route = eventsRoute({
      redis,
      keys: desk.keys,
      settings: () => settings,
      maxLength: () => 1_000,
      now: Date.now,
    })
    const server = await startHttp({
      settings: () => settings,
      routes: [{ path: '/v1/events', router: route }],
      log: pino({ level: 'silent' }),
    })
    open.push(server)
    // The network is the server's to say.
    const body = JSON.stringify(events.map(({ network: _, ...event }) => event))
    const answer = await fetch(`${server.url}/v1/events`, { method: 'POST', body, headers: { 'user-agent': UA } })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
  },
}

/** Sent now, so that what they say of time is held against the stream's own. */
const through = async (door: Door, events: readonly Sent[]) => {
  const desk = aCounter({ perNetwork: 0 })
  desk.clock.now = Date.now()
  await door(desk, events)
  await redis.xgroup('CREATE', desk.keys.events(), GROUP, '0')
  const answer = (await redis.xreadgroup(
    ...(['GROUP', GROUP, 'one', 'COUNT', 100, 'STREAMS', desk.keys.events(), '>'] as const),
  )) as [string, StreamEntry[]][]
  const entries = answer[0]?.[1] ?? []
  await desk.counter().countEntries(entries)
  const [views, comments, seconds, refused, ofDay, ofWeek] = await Promise.all([
    desk.totals('view'),
    desk.totals('comment'),
    desk.totals('seconds'),
    desk.refused(),
    redis.zcard(desk.keys.eventWindow('view', 'day')),
    redis.zscore(desk.keys.eventWindow('view', 'week'), A),
  ])
  const fields = entries.map(([, flat]) => flat.filter((_, at) => at % 2 === 0))
  return { views, comments, seconds, refused, ofDay, ofWeek, fields }
}

describe('an event with every field of the contract', () => {
  it.each(Object.keys(DOORS))(
    'an event with every field of the contract arrives complete through %s, and is counted the same',
    async name => {
      const door = DOORS[name] as Door
      const again = { ...whole, visitor: 'session-2' }
      const outcome = await through(door, [
        whole,
        // Known by its id, through whichever door.
        ...[whole, { ...whole, seconds: 1 }],
        // Another visitor; of POST the id is the visitor's own, so it is given another.
        { ...again, id: 'event-2', seconds: 8 },
        // What says it is a robot, that it happened in the future, and what is no time.
        { ...whole, id: 'event-3', ua: 'Googlebot-News' },
        { ...whole, id: 'event-4', at: new Date(Date.now() + 86_400_000) },
      ])
      expect(outcome).toMatchObject({
        views: { [A]: 2 },
        seconds: { [A]: 50 },
        refused: { replayed: 2, bot: 1, 'in-future': 1 },
        // They happened when they say they did: three days ago.
        ...{ ofDay: 0, ofWeek: '2' },
      })
      for (const fields of outcome.fields) expect(fields).toEqual(EVENT_FIELDS.filter(name => name !== 'count'))
    },
  )

  it.each(Object.keys(DOORS))('a comment that is taken back through %s is counted no more', async name => {
    const at = new Date(Date.now() - 3_600_000)
    const comment = (id: string, kind = 'comment') => ({ kind, article: A, visitor: 's', at, id })
    const outcome = await through(DOORS[name] as Door, [
      ...[comment('1'), comment('2'), comment('3', 'uncomment'), comment('4', 'unshare')],
      // Known by its id.
      comment('3', 'uncomment'),
    ])
    expect(outcome).toMatchObject({ comments: { [A]: 1 }, refused: { replayed: 1 } })
  })

  it('a total of the site is taken from its services, and not from pages', async () => {
    const total = { kind: 'comment', article: A, count: 17 }
    for (const name of ['newsdesk/client', 'XADD'])
      expect((await through(DOORS[name] as Door, [total, total])).comments).toEqual({ [A]: 17 })
    await expect(through(DOORS['POST /v1/events'] as Door, [total])).rejects.toMatchObject({
      actual: [400, expect.stringMatching(/count: pages cannot set totals/)],
    })
  })

  it('an event with every field of the contract has exactly the fields of the schema', () => {
    expect(Object.keys(EventFields.shape)).toEqual([...EVENT_FIELDS])
  })
})

describe('a page that names one list twice', () => {
  it('a page that names one list twice gets as many entries as the larger limit', async () => {
    const { keys } = aCounter()
    const client = createClient(redis, { prefix: keys.prefix })
    for (const rank of [1, 2, 3, 4])
      await redis.rpush(keys.list('latest:world'), JSON.stringify({ rank, id: `${rank}` }))
    const ranks = async (...wanted: Parameters<typeof client.page>[0]) =>
      (await client.page(wanted)).lists as unknown as Record<string, { rank: number }[]>
    const world = (limit: number) => ({ list: 'latest', section: 'world', limit })
    for (const wanted of [
      [world(3), world(1)],
      [world(1), world(3)],
      [{ list: 'latest:world', limit: 1 }, world(3)],
    ])
      expect((await ranks(...wanted))['latest:world']?.map(({ rank }) => rank)).toEqual([1, 2, 3])
    expect((await ranks(world(1), 'latest:world'))['latest:world']).toHaveLength(4)
  })
})

/** Any sequence of events, late ones, copies, clock steps and restarts, against a model that keeps every event in a list. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVENT_KINDS, REPORTED_KINDS, UNDONE_KINDS } from '../../src/domain/counts.ts'
import type { EventKind, ReportedKind } from '../../src/domain/event-kinds.ts'
import { ROLLING } from '../../src/domain/window.ts'
import { parseEvent, type ReadEvent } from '../../src/events/event.ts'
import { isPlausible } from '../../src/util/plausible-time.ts'
import { NOON } from '../support/articles.ts'
import { type EventDesk, testCounters } from '../support/events.ts'

const { aCounter, A, B } = testCounters()
const ARTICLES = [A, B]
const SPAN = 30 * 60_000
const PER_MINUTE = 6
const PER_NETWORK = 4
const HOUR = 3_600_000

type Step =
  | { readonly do: 'report'; readonly events: readonly Sketch[] }
  | { readonly do: 'clock'; readonly by: number }
  | { readonly do: 'wrong'; readonly by: number; readonly events: readonly Sketch[] }
  | { readonly do: 'again' }
  | { readonly do: 'restart' }

interface Sketch {
  readonly kind: ReportedKind
  /** Total of the site's own counter; null for an event. */
  readonly count: number | null
  readonly article: number
  readonly visitor: number
  readonly network: number | null
  /** ms before it is added. */
  readonly late: number
  readonly id: number | null
  readonly seconds: number
}

const sketch: fc.Arbitrary<Sketch> = fc.record({
  kind: fc.constantFrom(...REPORTED_KINDS, 'view' as const, 'comment' as const),
  count: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(9) }),
  article: fc.nat(1),
  visitor: fc.nat(4),
  network: fc.option(fc.nat(1)),
  late: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 2 * HOUR }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 9 * 24 * HOUR }) },
  ),
  id: fc.option(fc.nat(6), { freq: 3 }),
  seconds: fc.oneof(fc.constant(0), fc.nat(90)),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('report' as const), events: fc.array(sketch, { maxLength: 14 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      by: fc.oneof(
        fc.integer({ min: 0, max: 10 * 60_000 }),
        fc.integer({ min: 0, max: 30 * HOUR }),
        fc.integer({ min: 0, max: 10 * 24 * HOUR }),
        // Backwards, too: as a clock that was wrong and is put right.
        fc.integer({ min: -3 * HOUR, max: 0 }),
      ),
    }),
  },
  {
    weight: 2,
    // A clock that is wrong for one batch, and put right.
    arbitrary: fc.record({
      do: fc.constant('wrong' as const),
      by: fc.oneof(fc.integer({ min: 0, max: HOUR }), fc.integer({ min: 0, max: 9 * 24 * HOUR })),
      events: fc.array(sketch, { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'again' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

/** What the rules say, with nothing clever: every counted event in a list. */
const aModel = () => {
  type Window = (typeof ROLLING)[number]['window']
  const counted: {
    kind: EventKind
    article: string
    at: number
    kept: Set<Window>
    /** Since when it is taken to have happened, where that was to come when the clock was put right. */
    since: Map<Window, number>
  }[] = []
  let isMoved = false
  const views: { article: string; visitor: string; at: number }[] = []
  const acts = new Map<string, number>()
  const ids: { id: string; hour: number }[] = []
  const crowds = new Map<string, number>()
  const seconds = new Map<string, number>()
  const refused = new Map<string, number>()
  const totals = new Map<EventKind, Record<string, number>>(EVENT_KINDS.map(kind => [kind, {}]))
  const asOf = new Map<string, number>()
  /** Articles and kinds of which something was taken back. */
  const undone = new Set<string>()
  const refuse = (reason: string): null => {
    refused.set(reason, (refused.get(reason) ?? 0) + 1)
    return null
  }
  const from = (now: number, width: number, buckets: number) => (Math.floor(now / width) - buckets + 1) * width

  const judge = (
    fields: Record<string, string>,
    addedAt: number,
    now: number,
  ): ((typeof counted)[number] & Pick<ReadEvent, 'does'>) | null => {
    const event = parseEvent(fields, addedAt, 7 * 24 * HOUR)
    if ('refused' in event) return refuse(event.refused)
    const hour = Math.floor(addedAt / HOUR)
    if (event.id !== '') {
      if (ids.some(({ id, hour: then }) => id === event.id && Math.abs(hour - then) <= 1)) return refuse('replayed')
      ids.push({ id: event.id, hour })
    }
    const who = `${event.visitor} ${Math.floor(event.at / 60_000)}`
    acts.set(who, (acts.get(who) ?? 0) + 1)
    if ((acts.get(who) ?? 0) > PER_MINUTE) return refuse('burst')
    const own = totals.get(event.kind) ?? {}
    if (event.does === 'set') {
      const key = `${event.kind} ${event.article}`
      const stands = asOf.get(key) ?? 0
      if (event.at < stands && stands <= now + 60_000) return refuse('superseded')
      asOf.set(key, event.at)
      own[event.article] = event.count
      return null
    }
    const crowd = `${event.does} ${event.kind} ${event.article} ${event.network} ${Math.floor(addedAt / (6 * HOUR))}`
    const crowded = crowds.get(crowd) ?? 0
    if (event.network !== '' && crowded >= PER_NETWORK) return refuse('crowded')
    if (event.seconds > 0) seconds.set(event.article, (seconds.get(event.article) ?? 0) + event.seconds)
    if (event.kind === 'view' && event.does === 'add') {
      const { article, visitor, at } = event
      if (views.some(seen => seen.article === article && seen.visitor === visitor && Math.abs(seen.at - at) < SPAN))
        return refuse('repeated')
      views.push({ article, visitor, at })
    }
    crowds.set(crowd, crowded + 1)
    const { kind, article, at, does } = event
    const stands = own[article]
    if (does === 'add') own[article] = (stands ?? 0) + 1
    else if (stands !== undefined) own[article] = Math.max(0, stands - 1)
    return { kind, article, at, does, kept: new Set(), since: new Map() }
  }

  /** What happened at a time that has not been, by the clock as it is now, happened now. */
  const turn = (now: number): void => {
    for (const each of counted)
      for (const { window, width } of ROLLING) {
        const at = each.since.get(window) ?? each.at
        if (Math.floor(at / width) <= Math.floor(now / width) + 1) continue
        each.since.set(window, now)
        isMoved = true
      }
  }

  /** Of each window one that happened in the same bucket, if there is one. */
  const takeBack = ({ kind, article, at }: (typeof counted)[number], windows: readonly Window[]): void => {
    undone.add(`${kind} ${article}`)
    for (const { window, width } of ROLLING) {
      if (!windows.includes(window)) continue
      const bucket = Math.floor(at / width)
      counted
        .find(
          each =>
            each.kind === kind &&
            each.article === article &&
            each.kept.has(window) &&
            Math.floor((each.since.get(window) ?? each.at) / width) === bucket,
        )
        ?.kept.delete(window)
    }
  }

  return {
    turn,
    /** Whether something was moved: then what reads are worth is known by buckets alone. */
    isMoved: () => isMoved,
    /** A batch at once. Of what has left a window when it comes nothing is kept for that window. */
    count(written: readonly { fields: Record<string, string>; addedAt: number }[], now: number) {
      const batch = written.map(each => ({ ...each, addedAt: isPlausible(each.addedAt, now) ? each.addedAt : now }))
      const latest = Math.max(
        ...batch
          .filter(each => !('refused' in parseEvent(each.fields, each.addedAt, 7 * 24 * HOUR)))
          .map(({ addedAt }) => addedAt),
      )
      for (const { fields, addedAt } of batch) {
        const event = judge(fields, addedAt, now)
        if (!event) continue
        const kept = ROLLING.filter(
          ({ width, buckets }) => event.at >= from(now, width, buckets) || event.at >= from(latest, width, buckets),
        ).map(({ window }) => window)
        if (event.does === 'add') counted.push({ ...event, kept: new Set(kept) })
        else takeBack(event, kept)
      }
    },
    totals: (kind: EventKind) => totals.get(kind),
    isUndone: (kind: EventKind, article: string) => undone.has(`${kind} ${article}`),
    window: (kind: EventKind, { window, width, buckets }: (typeof ROLLING)[number], now: number) =>
      tally(
        counted.filter(
          each =>
            each.kind === kind &&
            each.kept.has(window) &&
            (each.since.get(window) ?? each.at) >= from(now, width, buckets),
        ),
      ),
    /** What reads are worth, each halved after each half-life. */
    worth: (kind: EventKind, article: string, now: number, halfLife: number, keptFor?: Window) =>
      counted
        .filter(each => each.kind === kind && each.article === article && (!keptFor || each.kept.has(keptFor)))
        .reduce((sum, { at, since }) => sum + 2 ** (((since.get('hour') ?? at) - now) / halfLife), 0),
    seconds: () => Object.fromEntries(seconds),
    refused: () => Object.fromEntries(refused),
  }
}

const tally = (events: readonly { article: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { article } of events) counts[article] = (counts[article] ?? 0) + 1
  return counts
}

const fieldsOf = (
  { kind, article, visitor, network, late, id, seconds, count }: Sketch,
  addedAt: number,
): Record<string, string> => ({
  kind,
  article: ARTICLES[article] ?? A,
  visitor: `visitor ${visitor}`,
  ...(network === null ? {} : { network: `network ${network}` }),
  ...(late > 0 ? { at: String(addedAt - late) } : {}),
  ...(id === null ? {} : { id: `event ${id}` }),
  ...(seconds > 0 ? { seconds: String(seconds) } : {}),
  ...(count === null || UNDONE_KINDS.has(kind) ? {} : { count: String(count) }),
})

const compare = async (desk: EventDesk, model: ReturnType<typeof aModel>): Promise<void> => {
  const { now } = desk.clock
  for (const kind of EVENT_KINDS) {
    expect([kind, await desk.totals(kind)]).toEqual([kind, model.totals(kind)])
    for (const rolling of ROLLING) {
      const shown = Object.fromEntries(
        (await desk.tops(kind, rolling.window, 10)).map(({ article, count }) => [article, count]),
      )
      expect([kind, rolling.window, shown]).toEqual([kind, rolling.window, model.window(kind, rolling, now)])
    }
    for (const { article, count } of await desk.tops(kind, 'now', 10)) {
      const worth = model.worth(kind, article, now, desk.settings.halfLife)
      // What was taken back is taken from the bucket of its time, whenever in that bucket it happened.
      if (model.isUndone(kind, article)) {
        expect(count).toBeGreaterThanOrEqual(0)
        expect(count).toBeLessThan(worth * 2 ** ((31 * 60_000) / desk.settings.halfLife) + 1e-6)
        continue
      }
      // Half an hour at most lies between a read and the middle of its bucket; of what came too late for its minute nothing is kept of it.
      if (model.isMoved()) {
        const most = 2 ** ((31 * 60_000) / desk.settings.halfLife)
        const least = model.worth(kind, article, now, desk.settings.halfLife, 'hour') / most
        expect(count).toBeLessThan(worth * most + 1e-6)
        expect(count).toBeGreaterThan(least - 1e-6)
        continue
      }
      expect(Math.abs(count - worth)).toBeLessThan(1e-6 * Math.max(1, worth))
    }
  }
  expect(await desk.totals('seconds')).toEqual(model.seconds())
  expect(await desk.refused()).toEqual(model.refused())
}

describe('any sequence of events with late ones, duplicates, clock steps and restarts', () => {
  it('any sequence of events, with late ones, duplicates, clock steps and restarts, is counted like a model that keeps every event', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async steps => {
        const desk = aCounter({ perMinute: PER_MINUTE, perNetwork: PER_NETWORK })
        const model = aModel()
        let counter = desk.counter('c0')
        // The server's clock, which dates entries, only goes forward, whatever the worker's does.
        let added = NOON
        let last: Awaited<ReturnType<EventDesk['deliver']>> = []
        const report = async (sketches: readonly Sketch[]) => {
          const events = sketches.map(event => fieldsOf(event, added))
          last = await desk.deliver(added, events)
          model.turn(desk.clock.now)
          await counter.countEntries(last)
          if (events.length === 0) return
          model.count(
            events.map(fields => ({ fields, addedAt: added })),
            desk.clock.now,
          )
        }
        for (const [index, each] of steps.entries()) {
          if (each.do === 'clock') {
            desk.clock.now += each.by
            added = Math.max(added, desk.clock.now)
          } else if (each.do === 'restart') counter = desk.counter(`c${index + 1}`)
          else if (each.do === 'again') {
            model.turn(desk.clock.now)
            await counter.countEntries(last)
          } else if (each.do === 'wrong') {
            desk.clock.now += each.by
            await report(each.events)
            desk.clock.now -= each.by
          } else await report(each.events)
        }
        model.turn(desk.clock.now)
        await counter.countEntries([])
        await compare(desk, model)
      }),
      { numRuns: Number(process.env.MODEL_RUNS ?? 120) },
    )
  }, 120_000)
})

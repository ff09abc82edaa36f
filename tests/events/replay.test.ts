import { describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../src/domain/counts.ts'
import { ROLLING } from '../../src/domain/window.ts'
import { createReplay, ReplayError } from '../../src/events/replay.ts'
import { NOON } from '../support/articles.ts'
import { type EventDesk, testCounters, view } from '../support/events.ts'

const { redis, aCounter, A, B } = testCounters()
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const aReplay = (desk: EventDesk, onProgress: (read: number, most: number) => void = () => undefined) =>
  createReplay({ ...desk.parts, onProgress })

const count = async (desk: EventDesk, at: number, events: Record<string, string>[]) => {
  desk.clock.now = at
  await desk.counter().countEntries(await desk.deliver(at, events))
}

/** Everything that counts: totals, windows, and the buckets that are still in one. */
const stateOf = async (desk: EventDesk) => {
  const state: Record<string, unknown> = {}
  for (const kind of EVENT_KINDS) {
    state[`total ${kind}`] = await desk.totals(kind)
    for (const { window } of ROLLING) {
      state[`${kind} ${window}`] = await desk.tops(kind, window, 10)
      if (window === 'hour') continue
      for (const moment of await redis.zrange(desk.keys.eventState(`index:${kind}:${window}`), '0', '-1'))
        state[`${kind} ${window} ${moment}`] = await redis.hgetall(desk.keys.eventBucket(kind, window, moment))
    }
  }
  return state
}

/** Three hours of reads: every visitor twice, ten minutes apart. */
const threeHours = async (desk: EventDesk) => {
  for (let minute = 0; minute < 180; minute += 10)
    await count(desk, NOON + minute * MINUTE, [
      view(A, `a${minute}`),
      view(A, `a${minute - 10}`),
      view(B, `b${minute}`, { at: String(NOON + minute * MINUTE - 45 * MINUTE) }),
      { kind: 'share', article: B },
    ])
}

describe('a replay', () => {
  it('a replay gives the same counts if no rule changed', async () => {
    const desk = aCounter()
    await threeHours(desk)
    const before = await stateOf(desk)
    const done = await aReplay(desk).run({ from: NOON + HOUR, totals: true })
    expect(done).toMatchObject({ from: NOON + HOUR, totals: 0 })
    expect(await stateOf(desk)).toEqual(before)
  })

  it('a replay counts by the current rules, and leaves counts from before its start alone', async () => {
    const desk = aCounter()
    await threeHours(desk)
    const [before] = await desk.counts.inWindows('view', ['day'], [A])
    // Without a span to speak of, each second visit counts as well.
    desk.reload({ dedupWindow: '1m' })
    await aReplay(desk).run({ from: NOON + 2 * HOUR, totals: false })
    const [after] = await desk.counts.inWindows('view', ['day'], [A])
    expect(after?.day).toBe((before?.day ?? 0) + 6)
    expect((await desk.counts.byHour('view', [A], 2))[0]).toEqual([6, 7])
    expect(await desk.totals('view')).toMatchObject({ [A]: before?.day })
  })

  it('a replay with totals changes the totals, and updates the counts of articles', async () => {
    const desk = aCounter()
    await redis.hset(desk.keys.article(A), 'id', A)
    await threeHours(desk)
    const before = (await desk.totals('view'))[A] ?? 0
    desk.reload({ dedupWindow: '1m' })
    expect(await aReplay(desk).run({ from: NOON + 2 * HOUR, totals: true })).toMatchObject({ totals: 1 })
    await desk.counter().countEntries([])
    expect((await desk.totals('view'))[A]).toBe(before + 6)
    expect(await redis.hget(desk.keys.article(A), 'views')).toBe(String(before + 6))
  })

  it('a replay applies a new half-life to what is read now', async () => {
    const desk = aCounter()
    await threeHours(desk)
    const [hour] = await desk.counts.inWindows('view', ['now'], [A])
    desk.reload({ halfLife: '100d' })
    await aReplay(desk).run({ from: NOON, totals: false })
    const [long] = await desk.counts.inWindows('view', ['now'], [A])
    expect(long?.now).toBeGreaterThan(2 * (hour?.now ?? 0))
    expect(long?.now).toBeCloseTo((await desk.totals('view'))[A] ?? 0, 1)
  })

  it('a replay loses no event that arrives meanwhile', async () => {
    const desk = aCounter()
    await threeHours(desk)
    let more = 1
    const replay = aReplay(desk, () => {
      // As if a counter had not heard of the pause: it counts one more batch while the replay reads.
      if (more-- > 0) pending = desk.deliver(desk.clock.now, [view(A, 'late')]).then(desk.counter('two').countEntries)
    })
    let pending: Promise<unknown> = Promise.resolve()
    const before = (await desk.totals('view'))[A] ?? 0
    await replay.run({ from: NOON + HOUR, totals: true })
    await pending
    expect((await desk.totals('view'))[A]).toBe(before + 1)
    expect((await desk.counts.inWindows('view', ['day'], [A]))[0]?.day).toBe(before + 1)
    const counted = await stateOf(desk)
    await aReplay(desk).run({ from: NOON + HOUR, totals: true })
    expect(await stateOf(desk)).toEqual(counted)
  })

  it('a replay takes over the pending events of a dead consumer', async () => {
    const desk = aCounter({ claimAfter: '0ms' })
    await threeHours(desk)
    await desk.deliver(desk.clock.now, [view(A, 'x')], 'dead')
    const before = (await desk.totals('view'))[A] ?? 0
    await aReplay(desk).run({ from: NOON + HOUR, totals: false })
    expect((await desk.totals('view'))[A]).toBe(before + 1)
  })

  it.each([
    ['what is to come', (at: number) => at + HOUR, /in the future/],
    ['what no window reaches', (at: number) => at - 30 * 24 * HOUR, /no window reaches back/],
  ])('a replay refuses %s, and changes nothing', async (_, from, message) => {
    const desk = aCounter()
    await threeHours(desk)
    const before = await stateOf(desk)
    await expect(aReplay(desk).run({ from: from(desk.clock.now), totals: true })).rejects.toThrow(message)
    expect(await stateOf(desk)).toEqual(before)
  })

  it('a replay refuses hours that the stream no longer holds, and names the earliest possible one', async () => {
    const desk = aCounter()
    await threeHours(desk)
    await redis.xtrim(desk.keys.events(), 'MINID', String(NOON + 90 * MINUTE))
    const refused = aReplay(desk).run({ from: NOON, totals: false })
    await expect(refused).rejects.toThrow(ReplayError)
    await expect(refused).rejects.toThrow(/--from 2026-05-04T14:00:00/)
    expect(await aReplay(desk).run({ from: NOON + 2 * HOUR, totals: false })).toMatchObject({ from: NOON + 2 * HOUR })
  })

  it('a replay refuses to run while another does, and leaves no temporary keys behind', async () => {
    const desk = aCounter()
    await threeHours(desk)
    const outcomes = await Promise.allSettled([
      aReplay(desk).run({ from: NOON, totals: false }),
      aReplay(desk).run({ from: NOON, totals: false }),
    ])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await redis.keys(`${desk.keys.eventState('again')}*`)).toEqual([])
    expect(await redis.exists(desk.keys.eventState('replay'))).toBe(0)
  })

  it('a replay that stalled and lost its lock leaves alone what the next replay has counted so far', async () => {
    const desk = aCounter()
    await threeHours(desk)
    const before = await stateOf(desk)
    const [turn, others] = [desk.keys.eventState('replay'), desk.keys.eventState('again:total:view')]
    const stalled = aReplay(desk, () => {
      // Sent on its connection before whatever it sends next.
      void redis.set(turn, 'the next replay', 'PX', 20_000)
      void redis.hset(others, B, 1)
    })
    await expect(stalled.run({ from: NOON + HOUR, totals: true })).rejects.toThrow('start it again')
    expect(await redis.get(turn)).toBe('the next replay')
    expect(await redis.hget(others, B)).not.toBeNull()
    expect(await stateOf(desk)).toEqual(before)
  })
})

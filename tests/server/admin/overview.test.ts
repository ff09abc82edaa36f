import { describe, expect, it } from 'vitest'
import { openQueues } from '../../../src/queues/open-queues.ts'
import { ceiling, plot } from '../../../src/server/admin/components/plot.ts'
import { buildPlots } from '../../../src/server/admin/pages/overview/day.ts'
import type { MetricsSample } from '../../../src/server/metrics/samples.ts'
import { createSamples } from '../../../src/server/metrics/samples.ts'
import { logIn, seen, setUp } from '../../support/admin.ts'
import { testDaemon } from '../../support/daemon.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 5, 1, 12)
const aSample = (minute: number, some: Partial<MetricsSample> = {}): MetricsSample => ({
  ...{ at: NOON - minute * MINUTE, articles: 0, events: 0, lag: 0, oldest: 0, listAge: 0, memory: 0 },
  ...{ queues: {}, states: {} },
  ...some,
})
const valuesOf = (samples: readonly MetricsSample[], id: string): (number | null)[] =>
  buildPlots(samples, NOON)
    .find(each => each.id === id)
    ?.series[0]?.points.map(([, value]) => value)
    .filter(value => value !== null) ?? []

describe('the plots of a day', () => {
  it('the plots of a day show, for every five minutes, the mean of what arrived and the maximum of what waited', () => {
    const samples = [aSample(9, { articles: 10, oldest: 5 }), aSample(8, { articles: 20, oldest: 90 })]
    expect(valuesOf(samples, 'plot-articles')).toEqual([15])
    expect(valuesOf(samples, 'plot-oldest')).toEqual([90])
  })

  it('the plots of a day show events as a rate: nothing where minutes are missing or the count began anew', () => {
    const counted = [
      [60, 1_000],
      [59, 1_600],
      [40, 9_000],
      [39, 5],
      [38, 15],
    ] as const
    const samples = counted.map(([minute, events]) => aSample(minute, { events }))
    expect(valuesOf(samples, 'plot-events')).toEqual([600, 10])
  })

  it('the plots of a day have a gap where no sample was stored', () => {
    const [first] = buildPlots([aSample(120, { articles: 4 }), aSample(0, { articles: 4 })], NOON)
    if (!first) throw new Error('no plot')
    const { markup } = plot(first)
    expect(markup.match(/class="line line-0" d="M[^L"]*M[^L"]*"/)).not.toBeNull()
  })

  it('the plots of a day describe themselves to screen readers, label both axes, and offer the hours as a table', () => {
    const [, crawl] = buildPlots(
      [aSample(10, { states: { failing: 130 } }), aSample(5, { states: { failing: 7 } })],
      NOON,
    )
    if (!crawl) throw new Error('no plot')
    const { markup } = plot(crawl)
    expect(markup).toContain('failing: 7 sources now, 130 at most.')
    expect(markup).toMatch(/text-anchor="end">200<[\s\S]*text-anchor="middle">08:00</)
    expect(markup).toMatch(/<caption[^>]*>Sources with problems[\s\S]*2026-06-01T11:00[\s\S]*130/)
    expect(markup).not.toContain('style=')
  })

  it.each([
    [0, 1],
    [0.3, 0.5],
    [1, 1],
    [7, 10],
    [130, 200],
    [2_001, 5_000],
  ])('the plots of a day end an axis for %d at %d', (most, end) => {
    expect(ceiling(most)).toBeCloseTo(end)
  })
})

describe('the overview', () => {
  it('the overview plots the samples of the last day, and tells of missing roles and of a paused queue', async () => {
    const desk = testDaemon({
      sources: [{ id: 'courier', name: 'Courier', url: 'http://127.0.0.1:1/rss', section: 'world' }],
    })
    const url = await setUp(await desk.start(['admin']))
    const cookie = await logIn(url)
    const samples = createSamples(desk)
    await samples.keep({ ...aSample(0, { articles: 42 }), at: Date.now() - MINUTE })
    const queues = openQueues(desk.redis, desk.keys)
    await queues.crawl.pause()
    const page = await seen(url, '/overview', cookie)
    await Promise.all(Object.values(queues).map(queue => queue.close()))
    expect(page).toContain('the queue crawl is paused, 0 jobs wait in it')
    expect(page).toContain('New articles: 42 a minute now, 42 at most.')
    expect(page).toContain('no daemon has the roles scheduler')
    expect(page).toContain('1 sources (1 new)')
    const answer = await fetch(`${url}/overview`, { headers: { cookie, accept: 'application/json' } })
    expect(await answer.json()).toMatchObject({ sources: 1, states: { new: 1 }, samples: [{ articles: 42 }] })
  })
})

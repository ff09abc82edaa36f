/** Plots of a day's samples for the overview: one point per five minutes. (pure) */

import type { MetricsSample } from '../../../metrics/samples.ts'
import type { Plot, Series } from '../../components/plot.ts'

const DAY = 86_400_000
const STEP = 300_000
const MINUTE = 60_000
/** No rate is computed between samples further apart than this. */
const MAX_GAP = 5 * MINUTE

const highest = (values: readonly number[]): number => Math.max(...values)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** One point per five minutes: null where no sample fell into them. */
const buildPoints = (
  samples: readonly (readonly [at: number, value: number])[],
  now: number,
  of: (values: readonly number[]) => number,
): Series['points'] => {
  const first = Math.floor((now - DAY) / STEP)
  const bySteps = new Map<number, number[]>()
  for (const [at, value] of samples) {
    const step = Math.floor(at / STEP)
    bySteps.set(step, [...(bySteps.get(step) ?? []), value])
  }
  return Array.from({ length: Math.floor(now / STEP) - first + 1 }, (_, index) => {
    const values = bySteps.get(first + index)
    return [(first + index) * STEP, values ? of(values) : null] as const
  })
}

/** Events per minute between samples; none where the counter was reset. */
const findRates = (samples: readonly MetricsSample[]): (readonly [number, number])[] =>
  samples.flatMap((sample, index) => {
    const before = samples[index - 1]
    if (!before || sample.at - before.at > MAX_GAP || sample.at <= before.at) return []
    const came = sample.events - before.events
    return came < 0 ? [] : [[sample.at, (came / (sample.at - before.at)) * MINUTE] as const]
  })

/** @param now ms since the epoch */
export const buildPlots = (samples: readonly MetricsSample[], now: number): readonly Plot[] => {
  const each = (value: (sample: MetricsSample) => number, of = highest): Series['points'] =>
    buildPoints(
      samples.map(sample => [sample.at, value(sample)] as const),
      now,
      of,
    )
  const span = { from: now - DAY, to: now }
  const one = (id: string, title: string, unit: string, points: Series['points']): Plot => ({
    ...{ id, title, unit, ...span },
    series: [{ name: title, points }],
  })
  return [
    one(
      'plot-articles',
      'New articles',
      'a minute',
      each(sample => sample.articles, mean),
    ),
    {
      ...{ id: 'plot-crawl', title: 'Sources with problems', unit: 'sources', ...span },
      series: ['failing', 'late', 'refused', 'stalled', 'retired'].map(name => ({
        name,
        points: each(({ states }) => states[name] ?? 0),
      })),
    },
    {
      ...{ id: 'plot-queues', title: 'Waiting jobs', unit: 'jobs', ...span },
      series: ['crawl', 'articles', 'publish', 'push', 'pages'].map(name => ({
        name,
        points: each(({ queues }) => queues[name] ?? 0),
      })),
    },
    one(
      'plot-oldest',
      'Age of the oldest waiting job',
      's',
      each(({ oldest }) => oldest),
    ),
    one('plot-events', 'Reported events', 'a minute', buildPoints(findRates(samples), now, mean)),
    one(
      'plot-lag',
      'Age of the oldest uncounted event',
      's',
      each(({ lag }) => lag),
    ),
    one(
      'plot-lists',
      'Time since the least recently checked list',
      's',
      each(({ listAge }) => listAge),
    ),
    one(
      'plot-memory',
      'Redis memory',
      'MB',
      each(({ memory }) => memory / 2 ** 20),
    ),
  ]
}

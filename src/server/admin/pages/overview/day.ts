/** The samples of a day as the plots of the overview: five minutes a point. (pure) */

import type { Sample } from '../../../metrics/samples.ts'
import type { Plot, Series } from '../../components/plot.ts'

const DAY = 86_400_000
const STEP = 300_000
const MINUTE = 60_000
/** Between two samples further apart nothing is told of the rate. */
const LONGEST_GAP = 5 * MINUTE

const most = (values: readonly number[]): number => Math.max(...values)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** A point each five minutes: null where no sample fell into them. */
const pointsOf = (
  samples: readonly (readonly [at: number, value: number])[],
  now: number,
  of: (values: readonly number[]) => number,
): Series['points'] => {
  const first = Math.floor((now - DAY) / STEP)
  const kept = new Map<number, number[]>()
  for (const [at, value] of samples) {
    const step = Math.floor(at / STEP)
    kept.set(step, [...(kept.get(step) ?? []), value])
  }
  return Array.from({ length: Math.floor(now / STEP) - first + 1 }, (_, index) => {
    const values = kept.get(first + index)
    return [(first + index) * STEP, values ? of(values) : null] as const
  })
}

/** Events a minute between samples; nothing where the count began anew. */
const ratesOf = (samples: readonly Sample[]): (readonly [number, number])[] =>
  samples.flatMap((sample, index) => {
    const before = samples[index - 1]
    if (!before || sample.at - before.at > LONGEST_GAP || sample.at <= before.at) return []
    const came = sample.events - before.events
    return came < 0 ? [] : [[sample.at, (came / (sample.at - before.at)) * MINUTE] as const]
  })

/** @param now ms since the epoch */
export const plotsOf = (samples: readonly Sample[], now: number): readonly Plot[] => {
  const each = (value: (sample: Sample) => number, of = most): Series['points'] =>
    pointsOf(
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
      ...{ id: 'plot-crawl', title: 'Sources that do not deliver', unit: 'sources', ...span },
      series: ['failing', 'late', 'silent', 'retired'].map(name => ({
        name,
        points: each(({ states }) => states[name] ?? 0),
      })),
    },
    {
      ...{ id: 'plot-queues', title: 'Jobs that wait', unit: 'jobs', ...span },
      series: ['crawl', 'articles', 'publish', 'push'].map(name => ({
        name,
        points: each(({ queues }) => queues[name] ?? 0),
      })),
    },
    one(
      'plot-oldest',
      'The oldest job has waited',
      's',
      each(({ oldest }) => oldest),
    ),
    one('plot-events', 'Events reported', 'a minute', pointsOf(ratesOf(samples), now, mean)),
    one(
      'plot-lag',
      'The oldest event not counted has waited',
      's',
      each(({ lag }) => lag),
    ),
    one(
      'plot-lists',
      'The list not checked for longest',
      's',
      each(({ listAge }) => listAge),
    ),
    one(
      'plot-memory',
      'Memory of Redis',
      'MB',
      each(({ memory }) => memory / 2 ** 20),
    ),
  ]
}

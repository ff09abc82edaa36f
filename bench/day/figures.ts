/** The figures of runs, as rows with the goals of issue 20. (pure) */

import { median } from '../pipeline/statistics.ts'

type Unit = 'count' | 'share' | 'decimal'

/** Name of the figure, what it is, its unit, and the goal where there is one. */
export const ROWS: readonly (readonly [name: string, title: string, unit: Unit, goal?: string])[] = [
  ['articles', 'articles', 'count'],
  ['readsCounted', 'reads counted', 'share', '100 %'],
  ['eventsListed', 'events in latest or must-reads, of 44', 'count', '>= 30'],
  ['eventsInHeads', 'events in the first 12 of any list, of 44', 'count', '>= 40'],
  ['mostOfOneEvent', 'entries of one event in a first 12, at most', 'count', '<= 2'],
  ['repeatsInHeads', 'repeats within the first 12 of lists', 'share'],
  ['repeatsInLists', 'repeats within whole lists', 'share'],
  ['repeatsOnPages', 'repeats on the page of an article, all panels', 'share'],
  ['repeatsOnUniquePages', '  read with unique: true', 'share', '<= 8 %'],
  ['uniqueFilled', '  of its places filled then', 'share', '100 %'],
  ['repeatsOnFront', 'repeats on a front page of 7 lists, 12 each', 'share'],
  ['mustReads', 'must-reads', 'count', '30'],
  ['mustReadsBroad', '  of events with three or more publishers', 'count', '>= 24'],
  ['mustReadsDistinct', '  distinct events among them', 'count', '>= 24'],
  ['mustReadsSingle', '  of one publisher', 'count'],
  ['mostReadRight', 'most-read:day, right entries of 50', 'count', '50'],
  ['mostReadInPlace', '  in the right order', 'count', '50'],
  ['mostReadOff', '  places off, mean', 'decimal', '0'],
  ['mostReadRestarted', '  right entries after a restart', 'count', '50'],
  ['eventsHidden', 'events that lead no story', 'count'],
  ['eventArticlesHidden', 'articles of events behind another event', 'share'],
  ['singlesHidden', 'unrelated articles hidden', 'share', '<= 3 %'],
  ['singlesHiddenByEvents', '  behind an event', 'share'],
  ['storyF1', 'stories, BCubed F1', 'share'],
  ['ownStory', 'related: of the own story', 'share', '0 %'],
  ['sameEvent', '  same event, another story', 'share'],
  ['sameTopic', '  same topic', 'share'],
  ['sameSection', '  same section only', 'share'],
  ['junk', '  junk', 'share'],
  ['relatedShort', '  lists of fewer than five', 'share'],
  ['leadAge', 'age of the leads of the ten largest stories, h', 'decimal'],
  ['workerCpu', 'CPU of the worker, ms an article', 'decimal'],
  ['redisCpu', 'CPU of Redis, ms an article', 'decimal'],
  ['workerMemory', 'peak of the worker, MB', 'count'],
  ['redisMemory', 'peak of Redis, MB', 'count'],
  ['seconds', 'wall time, s', 'count'],
]

export const format = (value: number, unit: Unit): string =>
  unit === 'share' ? `${(100 * value).toFixed(1)} %` : value.toFixed(unit === 'count' ? 0 : 2)

export interface FigureRow {
  readonly title: string
  readonly goal: string
  /** One of each run, then their median where there are several. */
  readonly values: readonly string[]
}

/** Of the day that the goals are for. */
const EVENTS = 44

/** @param events of the day; goals are for the day of 44 alone */
export const makeRows = (runs: readonly Readonly<Record<string, number>>[], events = EVENTS): FigureRow[] =>
  ROWS.map(([name, title, unit, goal = '']) => {
    const values = runs.map(figures => figures[name] ?? Number.NaN)
    const all = runs.length > 1 ? [...values, median(values)] : values
    const isLarge = events === EVENTS
    return {
      title: isLarge ? title : title.replace(`of ${EVENTS}`, `of ${events}`),
      goal: isLarge ? goal : '',
      values: all.map(value => format(value, unit)),
    }
  })

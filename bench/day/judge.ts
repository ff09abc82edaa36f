/**
 * What a reader and an editor would say of the lists of a day, and an order of its own for lists ranked by reads. A
 * label is an event, or an article that is of none (build.ts). (pure)
 */

import type { Entry, Window } from '../../src/domain/entry.ts'
import { bcubed } from '../bcubed.ts'
import { type Day, groupBy, type Item } from './build.ts'
import type { Outcome } from './outcome.ts'
import type { Read } from './readers.ts'
import { judgeRelated, type RelatedKinds } from './related.ts'

const HOUR = 3_600_000
const HEAD = 12
/** `lists.minVisitors`, `events.halfLife` and `lists.mostRead` as shipped. */
const MIN_VISITORS = 3
const HALF_LIFE = HOUR
const MOST_READ = 50
/** How far back each window of reads reaches, ms, and where its visitors are counted. */
const WINDOWS = {
  now: { reads: Number.POSITIVE_INFINITY, visitors: 24 * HOUR },
  hour: { reads: HOUR, visitors: HOUR },
  day: { reads: 24 * HOUR, visitors: 24 * HOUR },
  week: { reads: 168 * HOUR, visitors: 168 * HOUR },
} as const
/** Lists on the front page. */
export const FRONT = [
  'latest',
  'must-reads',
  'trending',
  'most-read:now',
  'most-read:hour',
  'most-read:day',
  'most-read:week',
]
/** Publishers that make an event more than somebody's odd piece. */
const BROAD = 3

export interface Panel {
  readonly title: string
  readonly entries: readonly Entry[]
}

/** A list ranked by reads beside the order computed from all reads. */
export interface OrderCheck {
  /** Entries that the list should have. */
  readonly wanted: number
  /** Entries that belong into it, at whatever place. */
  readonly right: number
  /** Entries with the count of the story that belongs there; stories with the same count may swap. */
  readonly inPlace: number
  /** Mean difference of places; an entry that is missing is as far off as the list is long. */
  readonly displacement: number
}

export interface LargeStory {
  readonly articles: number
  readonly publishers: number
  readonly lead: Item
  /** h */
  readonly leadAge: number
  readonly inLastSixHours: number
  /** Labels among its articles, most frequent first, with their number of articles. */
  readonly labels: readonly (readonly [label: string, articles: number])[]
}

export interface Hidden {
  readonly label: string
  readonly by: string
  readonly articles: number
}

export interface Judgement {
  /** By name, see ROWS in figures.ts. */
  readonly figures: Readonly<Record<string, number>>
  readonly order: Readonly<Record<Window, OrderCheck>>
  readonly largest: readonly LargeStory[]
  /** Most articles first. */
  readonly hidden: readonly Hidden[]
  readonly related: RelatedKinds
}

/** Most first. */
const countBy = <T>(all: readonly T[], key: (one: T) => string): [string, number][] =>
  [...groupBy(all, key)].map(([name, of]): [string, number] => [name, of.length]).sort((a, b) => b[1] - a[1])

/** @returns how many labels stand after the same label, `before` counting as shown */
export const countRepeats = (labels: readonly string[], before: readonly string[] = []): number => {
  const shown = new Set(before)
  return labels.filter(label => shown.size === shown.add(label).size).length
}

/** The panels of an article's page, as the site shows them: the model of issue 20. */
export const makePage = (
  lists: Outcome['lists'],
  article: { readonly id: string; readonly section: string },
): Panel[] => {
  const panel = (title: string, list: string, limit: number): Panel => ({
    title,
    entries: (lists.get(list) ?? []).slice(0, limit),
  })
  return [
    panel(`Latest: ${article.section}`, `latest:${article.section}`, 6),
    panel('Weekly Best Articles', 'most-read:week', 12),
    panel('You May Also Like', `related:${article.id}`, 5),
    panel('Popular Now', 'most-read:now', 5),
    panel('Must-Reads', 'must-reads', 5),
  ]
}

/**
 * Every read counts for the story that its article is in now; stories by their reads in the window, most first.
 * @returns the published list compared with that order
 */
export const checkOrder = (window: Window, reads: readonly Read[], outcome: Outcome): OrderCheck => {
  const span = WINDOWS[window]
  const [sums, visitors] = [new Map<string, number>(), new Map<string, number>()]
  for (const { item, at } of reads) {
    const story = outcome.articles.get(item.id)?.story
    const age = outcome.at - at
    if (story === undefined) continue
    const worth = window === 'now' ? 2 ** (-age / HALF_LIFE) : 1
    if (age <= span.reads) sums.set(story, (sums.get(story) ?? 0) + worth)
    if (age <= span.visitors) visitors.set(story, (visitors.get(story) ?? 0) + 1)
  }
  const wanted = [...sums]
    .filter(([story]) => (visitors.get(story) ?? 0) >= MIN_VISITORS)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_READ)
  const published = (outcome.lists.get(`most-read:${window}`) ?? []).map(
    ({ id }) => outcome.articles.get(id)?.story ?? '',
  )
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(a, b)
  // A story that ties with the last wanted one has as much right to the place.
  const least = wanted.at(-1)?.[1] ?? Number.POSITIVE_INFINITY
  const listed = published.slice(0, wanted.length)
  const off = wanted.map(([story], place) => {
    const found = published.indexOf(story)
    return found < 0 ? wanted.length : Math.abs(found - place)
  })
  return {
    wanted: wanted.length,
    right: listed.filter(story => (sums.get(story) ?? 0) >= least * (1 - 1e-6)).length,
    inPlace: listed.filter((story, place) => isClose(sums.get(story) ?? 0, wanted[place]?.[1] ?? -1)).length,
    displacement: off.reduce((sum, each) => sum + each, 0) / Math.max(1, off.length),
  }
}

/** The ten stories with the most articles. */
const findLargest = (items: readonly Item[], outcome: Outcome, byId: ReadonlyMap<string, Item>): LargeStory[] => {
  const members = groupBy(items, ({ id }) => outcome.articles.get(id)?.story ?? '')
  return [...members]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, 10)
    .flatMap(([story, of]) => {
      const lead = byId.get(outcome.stories.get(story)?.lead ?? '')
      if (!lead) return []
      return {
        articles: of.length,
        publishers: new Set(of.map(({ feed }) => feed)).size,
        lead,
        leadAge: (outcome.at - lead.at) / HOUR,
        inLastSixHours: of.filter(({ at }) => outcome.at - at <= 6 * HOUR).length,
        labels: countBy(of, ({ label }) => label),
      }
    })
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** @param restarted the lists of a daemon that was started anew on the same data */
export const judge = (day: Day, reads: readonly Read[], outcome: Outcome, restarted: Outcome['lists']): Judgement => {
  const items = day.items.filter(({ id }) => outcome.articles.has(id))
  const byId = new Map(items.map(item => [item.id, item]))
  const labelOf = (id: string): string => byId.get(id)?.label ?? id
  const labelsOf = (entries: readonly Entry[]): string[] => entries.map(({ id }) => labelOf(id))
  const events = new Set(day.events)
  const countEvents = (labels: readonly string[]): number => new Set(labels.filter(label => events.has(label))).size
  const named = (list: string): readonly Entry[] => outcome.lists.get(list) ?? []

  const lists = [...outcome.lists].filter(([name]) => !name.startsWith('related:')).map(([, entries]) => entries)
  const heads = lists.map(entries => labelsOf(entries.slice(0, HEAD)))
  const most = heads.flatMap(head => countBy(head, label => label).filter(([label]) => events.has(label)))
  const entriesIn = (all: readonly (readonly unknown[])[]): number => all.reduce((sum, { length }) => sum + length, 0)
  const repeatsIn = (all: readonly (readonly string[])[]): number =>
    all.reduce((sum, labels) => sum + countRepeats(labels), 0) / Math.max(1, entriesIn(all))

  const front = labelsOf(FRONT.flatMap(list => named(list).slice(0, HEAD)))
  // Pages as often as they were read; the article that is open counts as shown.
  const pages = [...groupBy(reads, ({ item }) => item.id)].flatMap(([id, of]) => {
    const article = outcome.articles.get(id)
    if (!article) return []
    const labels = labelsOf(makePage(outcome.lists, article).flatMap(({ entries }) => entries))
    return { times: of.length, repeated: countRepeats(labels, [labelOf(id)]), entries: labels.length }
  })
  const onPages = (of: (page: (typeof pages)[number]) => number): number =>
    pages.reduce((sum, page) => sum + page.times * of(page), 0)

  const mustReads = named('must-reads').flatMap(({ id }) => byId.get(id) ?? [])
  const publishers = new Map(
    [...groupBy(items, ({ label }) => label)].map(([label, of]) => [label, new Set(of.map(({ feed }) => feed)).size]),
  )
  const broad = mustReads.filter(({ label }) => (publishers.get(label) ?? 0) >= BROAD)

  const leadOf = ({ id }: Item): string => outcome.stories.get(outcome.articles.get(id)?.story ?? '')?.lead ?? id
  const behind = items.filter(item => labelOf(leadOf(item)) !== item.label)
  const leads = new Set(items.map(item => labelOf(leadOf(item))))
  const share = (some: readonly unknown[], all: readonly unknown[]): number => some.length / Math.max(1, all.length)
  const [ofEvents, singles] = [items.filter(({ isEvent }) => isEvent), items.filter(({ isEvent }) => !isEvent)]
  const hiddenSingles = behind.filter(({ isEvent }) => !isEvent)

  const order = {
    now: checkOrder('now', reads, outcome),
    hour: checkOrder('hour', reads, outcome),
    day: checkOrder('day', reads, outcome),
    week: checkOrder('week', reads, outcome),
  }
  const largest = findLargest(items, outcome, byId)
  const related = judgeRelated(items, outcome)
  const views = [...outcome.articles.values()].reduce((sum, article) => sum + article.views, 0)
  return {
    figures: {
      articles: items.length,
      reads: reads.length,
      readsCounted: views / Math.max(1, reads.length),
      eventsListed: countEvents(labelsOf([...named('latest'), ...named('must-reads')])),
      eventsInHeads: countEvents(heads.flat()),
      mostOfOneEvent: Math.max(0, ...most.map(([, count]) => count)),
      repeatsInHeads: repeatsIn(heads),
      repeatsInLists: repeatsIn(lists.map(labelsOf)),
      repeatsOnPages:
        onPages(({ repeated }) => repeated) /
        Math.max(
          1,
          onPages(({ entries }) => entries),
        ),
      repeatsOnFront: countRepeats(front) / Math.max(1, front.length),
      mustReads: mustReads.length,
      mustReadsBroad: broad.length,
      mustReadsDistinct: new Set(broad.map(({ label }) => label)).size,
      mustReadsSingle: mustReads.length - broad.length,
      mostReadRight: order.day.right,
      mostReadInPlace: order.day.inPlace,
      mostReadOff: order.day.displacement,
      mostReadRestarted: checkOrder('day', reads, { ...outcome, lists: restarted }).right,
      eventsHidden: day.events.filter(label => !leads.has(label)).length,
      eventArticlesHidden: share(
        behind.filter(({ isEvent }) => isEvent),
        ofEvents,
      ),
      singlesHidden: share(hiddenSingles, singles),
      singlesHiddenByEvents: share(
        hiddenSingles.filter(item => events.has(labelOf(leadOf(item)))),
        singles,
      ),
      storyF1: bcubed(items.map(item => [item.label, outcome.articles.get(item.id)?.story ?? item.id])).f1,
      ...related.shares,
      relatedShort: related.short,
      leadAge: mean(largest.map(story => story.leadAge)),
    },
    order,
    largest,
    hidden: countBy(behind, item => `${item.label}\t${labelOf(leadOf(item))}`).map(([pair, articles]) => {
      const [label = '', by = ''] = pair.split('\t')
      return { label, by, articles }
    }),
    related,
  }
}

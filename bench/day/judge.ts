/**
 * Judges the lists of a day as a reader and an editor would: how many events they show, and which ones they repeat or
 * miss. A label is the event of an article, or the article itself if it belongs to none (build.ts). (pure)
 */

import type { Entry, Window } from '../../src/domain/entry.ts'
import { bcubed } from '../bcubed.ts'
import { type Day, groupBy, type Item } from './build.ts'
import { checkOrder, type OrderCheck } from './order.ts'
import type { Outcome } from './outcome.ts'
import { countPlaces, makePage } from './page.ts'
import type { Read } from './readers.ts'
import { judgeRelated, type RelatedKinds } from './related.ts'

const HOUR = 3_600_000
const HEAD = 12
/** Lists on the front page. */
export const FRONT = [
  ...['latest', 'must-reads', 'trending'],
  ...['most-read:now', 'most-read:hour', 'most-read:day', 'most-read:week'],
]
/** Minimum number of publishers from which an event counts as news that lists should show. */
const BROAD = 3
const LARGEST = 10

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

/** Articles of one label that are hidden in a story led by an article of another label. */
export interface Hidden {
  readonly label: string
  readonly by: string
  readonly articles: number
}

type Figures = Readonly<Record<string, number>>

export interface Judgement {
  /** By the names in figures.ts. */
  readonly figures: Figures
  readonly order: Readonly<Record<Window, OrderCheck>>
  readonly largest: readonly LargeStory[]
  /** Most articles first. */
  readonly hidden: readonly Hidden[]
  readonly related: RelatedKinds
}

/** The day and what became of it. */
interface Case {
  readonly day: Day
  readonly reads: readonly Read[]
  readonly outcome: Outcome
  /** Those that became articles. */
  readonly items: readonly Item[]
  readonly byId: ReadonlyMap<string, Item>
}

const isEvent = ({ day }: Case, label: string): boolean => day.events.includes(label)
const labelOf = ({ byId }: Case, id: string): string => byId.get(id)?.label ?? id
const labelsOf = (of: Case, entries: readonly Entry[]): string[] => entries.map(({ id }) => labelOf(of, id))
const named = ({ outcome }: Case, list: string): readonly Entry[] => outcome.lists.get(list) ?? []

const divide = (part: number, whole: number): number => part / Math.max(1, whole)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Most first. */
const countBy = <T>(all: readonly T[], key: (one: T) => string): [string, number][] =>
  [...groupBy(all, key)].map(([name, of]): [string, number] => [name, of.length]).sort((a, b) => b[1] - a[1])

/** @returns how many labels stand after the same label, `before` counting as shown */
export const countRepeats = (labels: readonly string[], before: readonly string[] = []): number => {
  const shown = new Set(before)
  return labels.filter(label => shown.size === shown.add(label).size).length
}

/** How many events lists show, and how often the same one. */
const judgeLists = (of: Case): Figures => {
  const lists = [...of.outcome.lists]
    .filter(([name]) => !name.startsWith('related:'))
    .map(([, entries]) => labelsOf(of, entries))
  const heads = lists.map(labels => labels.slice(0, HEAD))
  const countEvents = (labels: readonly string[]): number => new Set(labels.filter(label => isEvent(of, label))).size
  const ofOneEvent = heads.flatMap(head => countBy(head, label => label).filter(([label]) => isEvent(of, label)))
  const repeats = (all: readonly (readonly string[])[]): number =>
    divide(sum(all.map(labels => countRepeats(labels))), all.flat().length)
  const front = labelsOf(
    of,
    FRONT.flatMap(list => named(of, list).slice(0, HEAD)),
  )
  return {
    eventsListed: countEvents(labelsOf(of, [...named(of, 'latest'), ...named(of, 'must-reads')])),
    eventsInHeads: countEvents(heads.flat()),
    mostOfOneEvent: Math.max(0, ...ofOneEvent.map(([, count]) => count)),
    repeatsInHeads: repeats(heads),
    repeatsInLists: repeats(lists),
    repeatsOnFront: repeats([front]),
    ...judgePages(of),
  }
}

/** Counts each page as often as it was read; the article that is open counts as shown. */
const judgePages = (of: Case): Figures => {
  const { lists, articles, uniquePages } = of.outcome
  const judgePage = (id: string, times: number, panels: readonly (readonly string[])[]) => {
    const labels = panels.flat().map(entry => labelOf(of, entry))
    return { repeated: times * countRepeats(labels, [labelOf(of, id)]), entries: times * labels.length }
  }
  const pages = [...groupBy(of.reads, ({ item }) => item.id)].flatMap(([id, { length }]) => {
    const article = articles.get(id)
    if (!article) return []
    const plain = makePage(lists, article).map(({ entries }) => entries.map(entry => entry.id))
    return {
      plain: judgePage(id, length, plain),
      unique: judgePage(id, length, uniquePages.get(id) ?? []),
      places: length * countPlaces(article),
    }
  })
  const share = (kind: 'plain' | 'unique'): number =>
    divide(sum(pages.map(page => page[kind].repeated)), sum(pages.map(page => page[kind].entries)))
  return {
    repeatsOnPages: share('plain'),
    repeatsOnUniquePages: share('unique'),
    uniqueFilled: divide(sum(pages.map(({ unique }) => unique.entries)), sum(pages.map(({ places }) => places))),
  }
}

const judgeMustReads = (of: Case): Figures => {
  const entries = named(of, 'must-reads').flatMap(({ id }) => of.byId.get(id) ?? [])
  const publishers = new Map(
    [...groupBy(of.items, ({ label }) => label)].map(([label, some]) => [
      label,
      new Set(some.map(({ feed }) => feed)).size,
    ]),
  )
  const broad = entries.filter(({ label }) => (publishers.get(label) ?? 0) >= BROAD)
  return {
    mustReads: entries.length,
    mustReadsBroad: broad.length,
    mustReadsDistinct: new Set(broad.map(({ label }) => label)).size,
    mustReadsSingle: entries.filter(({ label }) => publishers.get(label) === 1).length,
  }
}

const leadLabel = (of: Case, { id }: Item): string =>
  labelOf(of, of.outcome.stories.get(of.outcome.articles.get(id)?.story ?? '')?.lead ?? id)

/** What no list can show, since it is hidden in a story led by an article of another label. */
const judgeHidden = (of: Case): { readonly figures: Figures; readonly hidden: readonly Hidden[] } => {
  const behind = of.items.map(item => ({ item, by: leadLabel(of, item) })).filter(({ item, by }) => by !== item.label)
  const leads = new Set(of.items.map(item => leadLabel(of, item)))
  const singles = behind.filter(({ item }) => !item.isEvent)
  const allSingles = of.items.filter(item => !item.isEvent).length
  const stories = of.items.map(({ id, label }) => [label, of.outcome.articles.get(id)?.story ?? id] as const)
  return {
    figures: {
      eventsHidden: of.day.events.filter(label => !leads.has(label)).length,
      eventArticlesHidden: divide(behind.length - singles.length, of.items.length - allSingles),
      singlesHidden: divide(singles.length, allSingles),
      singlesHiddenByEvents: divide(singles.filter(({ by }) => isEvent(of, by)).length, allSingles),
      storyF1: bcubed(stories).f1,
    },
    hidden: countBy(behind, ({ item, by }) => `${item.label}\t${by}`).map(([pair, articles]) => {
      const [label = '', by = ''] = pair.split('\t')
      return { label, by, articles }
    }),
  }
}

const findLargest = ({ items, outcome, byId }: Case): LargeStory[] =>
  [...groupBy(items, ({ id }) => outcome.articles.get(id)?.story ?? '')]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, LARGEST)
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

/** @param restarted the lists of a daemon that was started anew on the same data */
export const judge = (day: Day, reads: readonly Read[], outcome: Outcome, restarted: Outcome['lists']): Judgement => {
  const items = day.items.filter(({ id }) => outcome.articles.has(id))
  const of: Case = { day, reads, outcome, items, byId: new Map(items.map(item => [item.id, item])) }
  const [now, hour, inDay, week] = (['now', 'hour', 'day', 'week'] as const).map(window =>
    checkOrder(window, reads, outcome),
  ) as [OrderCheck, OrderCheck, OrderCheck, OrderCheck] // one for each
  const [{ figures: ofHidden, hidden }, largest] = [judgeHidden(of), findLargest(of)]
  const related = judgeRelated(items, outcome)
  return {
    figures: {
      articles: items.length,
      readsCounted: divide(sum([...outcome.articles.values()].map(({ views }) => views)), reads.length),
      ...judgeLists(of),
      ...judgeMustReads(of),
      mostReadRight: inDay.right,
      mostReadInPlace: inDay.inPlace,
      mostReadOff: inDay.displacement,
      mostReadRestarted: checkOrder('day', reads, { ...outcome, lists: restarted }).right,
      ...ofHidden,
      ...related.shares,
      relatedShort: related.short,
      leadAge: divide(sum(largest.map(({ leadAge }) => leadAge)), largest.length),
    },
    order: { now, hour, day: inDay, week },
    largest,
    hidden,
    related,
  }
}

/**
 * Stories on labelled news events, as `newsdesk cluster` finds them, in three orders of arrival: BCubed F1, articles
 * hidden behind another event, and events listed twice.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClusterRun } from '../src/cli/actions/cluster.ts'
import { StorySettings } from '../src/config/sections/stories.ts'
import { isOneStory, pairLanguages, readPairs } from '../tests/support/story-pairs.ts'
import { bcubed } from './bcubed.ts'
import type { Check } from './quality-check.ts'
import { OURS, type Row } from './quality-table.ts'
import { shuffled } from './story-stream.ts'

interface Labelled {
  readonly id: string | number
  readonly title: string
  readonly story: string | number
}

interface Scores {
  /** Percent, all three. */
  readonly f1: number
  readonly hidden: number
  readonly repeated: number
}

const settings = StorySettings.parse({})
const percent = (part: number, whole: number): number => (100 * part) / (whole || 1)

const readLines = (file: string): Labelled[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)) // the data sets' own shape

const scoreOnce = (articles: readonly Labelled[]): Scores => {
  const run = createClusterRun(settings)
  for (const article of articles) run.add(article)
  const stories = run.end().map(({ story }) => String(story))
  const events = articles.map(({ story }) => String(story))
  const leads = new Map<string, string>()
  for (const [index, story] of stories.entries()) if (!leads.has(story)) leads.set(story, events[index] ?? '')
  const hidden = events.filter((event, index) => leads.get(stories[index] ?? '') !== event).length
  const repeated = leads.size - new Set(leads.values()).size
  const { f1 } = bcubed(events.map((event, index) => [event, stories[index] ?? ''] as const))
  return {
    f1: 100 * f1,
    hidden: percent(hidden, articles.length),
    repeated: percent(repeated, articles.length),
  }
}

const ORDERS = [1, 2]

/** Means over the order given and two others. */
export const scoreEvents = (articles: readonly Labelled[]): Scores => {
  const all = [articles, ...ORDERS.map(seed => shuffled(articles, seed))].map(scoreOnce)
  const mean = (of: keyof Scores): number => all.reduce((sum, scores) => sum + scores[of], 0) / all.length
  return { f1: mean('f1'), hidden: mean('hidden'), repeated: mean('repeated') }
}

/** What is asked of each set: F1 at least, hidden and repeated at most. */
const GOALS: Readonly<Record<string, string>> = {
  'events-claims.jsonl': '97.5 / 1.5 / 2',
  'events-mixed.jsonl': '97.5 / 3 / 1.5',
  'events-small.jsonl': '82.5 / 5.5 / 15',
  'events-large.jsonl': '81 / 10 / 6',
}

/** A row for each set of events in a folder: files `events-*.jsonl` of {id, title, summary?, published?, url?, story}. */
export function* eventRows(folder: string): Generator<Row> {
  for (const file of readdirSync(folder).filter(each => /^events-.*\.jsonl$/.test(each))) {
    const { f1, hidden, repeated } = scoreEvents(readLines(join(folder, file)))
    yield {
      task: `${file}: F1 / hidden / repeated`,
      goal: GOALS[file] ?? '',
      cells: { [OURS]: `${f1.toFixed(1)} / ${hidden.toFixed(1)} / ${repeated.toFixed(1)}` },
    }
  }
}

const EVENTS = new URL('../tests/support/labelled/events.jsonl', import.meta.url).pathname

/**
 * Limits for stories, on what the repository has: headlines of the News Aggregator data set (Fabio Gasparetti, CC BY 4.0)
 * about 44 events, and pairs of headlines in nine languages.
 */
export const checkStories = (): Check[] => {
  const { f1, hidden, repeated } = scoreEvents(readLines(EVENTS))
  const pairs = pairLanguages.flatMap(language => readPairs(language).map(pair => ({ ...pair, language })))
  const [same, unlike] = [pairs.filter(pair => pair.same), pairs.filter(pair => !pair.same)]
  const joined = (of: typeof pairs): number => of.filter(pair => isOneStory(pair, pair.language)).length
  return [
    { what: 'news events, BCubed F1', value: f1, atLeast: 80 },
    { what: 'news events, articles not hidden behind another event', value: 100 - hidden, atLeast: 92.5 },
    { what: 'news events, articles that list no event twice', value: 100 - repeated, atLeast: 79.5 },
    { what: 'pairs on one event that become one story', value: percent(joined(same), same.length), atLeast: 80 },
    {
      what: 'pairs on two events that stay apart',
      value: 100 - percent(joined(unlike), unlike.length),
      atLeast: 86,
    },
  ]
}

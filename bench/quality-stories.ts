/**
 * Stories and reprints measured beside baselines, ours in one configuration: on <folder>/stories.jsonl as it stands, on small stories made
 * of it among unrelated headlines, on mixtures, and on titles alone; reprints by the rules editors use.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorySettings } from '../src/config/sections/stories.ts'
import type { ArticleId } from '../src/domain/article.ts'
import type { SourceId } from '../src/domain/source.ts'
import { createClusterer } from '../src/stories/rules/clusterer.ts'
import { extractFeatures, type StoryInput } from '../src/stories/rules/features.ts'
import { seeded } from '../src/util/seeded-random.ts'
import { bcubed, f1Of } from './bcubed.ts'
import { OURS, type Row } from './quality-table.ts'
import { reprintsOf, templated } from './reprint-texts.ts'
import { type Clustering, exactTitle, minHash, simHash, type Text, tfIdf } from './story-baselines.ts'
import { shuffled } from './story-stream.ts'

export interface Labelled extends Text {
  readonly story: string
}

const settings = StorySettings.parse({})
const percent = (share: number): string => (100 * share).toFixed(1)

const read = (file: string): { id: string; title: string; summary?: string; story?: unknown }[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line)) // the data sets' own shape

export const toldBy = ({ id, title, summary }: Text, source = ''): StoryInput => ({
  id: id as ArticleId,
  title,
  summary,
  language: 'en',
  source: source as SourceId | '',
  publishedAt: null,
})

const ours: Clustering = texts => {
  const clusterer = createClusterer(() => settings)
  for (const text of texts) clusterer.decide(extractFeatures(toldBy(text)), 0)
  return texts.map(({ id }) => String(clusterer.findStory(id as ArticleId)))
}

/** Reprints stand behind their original, all others alone. The first `wire` texts are one publisher's, the rest another's. */
const oursOnReprints =
  (wire: number): Clustering =>
  texts => {
    const clusterer = createClusterer(() => settings)
    return texts.map((text, index) => {
      const told = toldBy(text, index < wire ? 'wire' : `paper${index % 3}`)
      const { decision } = clusterer.decide(extractFeatures(told), 0)
      return decision.kind === 'reprint' ? decision.of : text.id
    })
  }

/** @param most articles of each story, 2 to as many; @param alone unrelated articles around them */
const smallStories = (
  stories: readonly Labelled[],
  others: readonly Labelled[],
  seed: number,
  most: number,
  alone: number,
) => {
  const random = seeded(seed)
  const groups = new Map<string, Labelled[]>()
  for (const article of stories) groups.set(article.story, [...(groups.get(article.story) ?? []), article])
  const some = [...groups.values()].flatMap(group =>
    shuffled(group, seed).slice(0, 2 + Math.floor(random() * (most - 1))),
  )
  return shuffled([...some, ...shuffled(others, seed).slice(0, alone)], seed)
}

const setsOf = (articles: readonly Labelled[], others: readonly Labelled[]) => {
  const titles = articles.map(article => ({ ...article, summary: '' }))
  const alone = shuffled(others, 4).slice(0, 3_000)
  return {
    'large, as it stands': articles,
    'large, shuffled': shuffled(articles, 5),
    'small (2 to 8) among 3,000': smallStories(articles, others, 1, 8, 3_000),
    'small, drawn again': smallStories(articles, others, 2, 8, 3_000),
    'up to 20, none alone': smallStories(articles, others, 3, 20, 0),
    'up to 8, none alone': smallStories(articles, others, 4, 8, 0),
    'large and 3,000 alone': shuffled([...articles, ...alone], 4),
    'titles: large': titles,
    'titles: small among 3,000': smallStories(titles, others, 1, 8, 3_000),
    'titles: up to 20, none alone': smallStories(titles, others, 3, 20, 0),
    'titles: up to 8, none alone': smallStories(titles, others, 4, 8, 0),
    'titles: large and 3,000 alone': shuffled([...titles, ...alone], 4),
  }
}

/** No one threshold of TF-IDF serves all sets: the best for large stories and the best for small ones. */
const METHODS: Readonly<Record<string, Clustering>> = {
  [OURS]: ours,
  'exact title': exactTitle,
  'SimHash-64': simHash,
  'MinHash-LSH': minHash(1, 0.5),
  'TF-IDF loose': tfIdf(0.08),
  'TF-IDF strict': tfIdf(0.3),
}

/** @param fold 0 or 1: only every second story, for what was tuned on the others */
export const readStories = (folder: string, fold?: number) => {
  const articles = read(join(folder, 'stories.jsonl')).map(
    ({ id, title, summary = '', story }): Labelled => ({ id: String(id), title, summary, story: String(story) }),
  )
  const others = read(join(folder, 'sections-train.jsonl')).map(
    ({ id, title }): Labelled => ({ id: String(id), title, summary: '', story: `alone-${id}` }),
  )
  if (fold === undefined) return { articles, others }
  const order = [...new Set(articles.map(({ story }) => story))].sort()
  return {
    articles: articles.filter(({ story }) => order.indexOf(story) % 2 === fold),
    others: others.filter((_, index) => index % 2 === fold),
  }
}

/** BCubed F1 of every method on every set, ours with precision and recall. @yields a row as soon as it is known */
export function* storyRows(articles: readonly Labelled[], others: readonly Labelled[]): Generator<Row> {
  for (const [task, set] of Object.entries(setsOf(articles, others))) {
    const cells = Object.entries(METHODS).map(([method, cluster]) => {
      const found = cluster(set)
      const { precision, recall, f1 } = bcubed(set.map(({ story }, index) => [story, found[index] ?? ''] as const))
      const parts = ` (${percent(precision)} / ${percent(recall)})`
      return [method, `${percent(f1)}${method === OURS ? parts : ''}`] as const
    })
    yield { task: `stories, ${task}`, goal: 'BCubed F1 >= 90', cells: Object.fromEntries(cells) }
  }
}

const REPRINTS = 1_000
const TEMPLATED = 40

/** Precision and recall of every method on reprints and templated texts. */
export function* reprintRows(articles: readonly Labelled[]): Generator<Row> {
  const pairs = reprintsOf(articles, REPRINTS)
  const wire: Text[] = pairs.map(({ original }) => original)
  const copies: Text[] = pairs.map(({ copy }, index) => ({ id: `copy-${index}`, ...copy }))
  const others: Text[] = templated(TEMPLATED).map((told, index) => ({ id: `template-${index}`, ...told }))
  const texts = [...wire, ...copies, ...others]
  const methods: Readonly<Record<string, Clustering>> = {
    [OURS]: oursOnReprints(wire.length),
    'exact title': exactTitle,
    'SimHash-64': simHash,
    'MinHash-LSH': minHash(3, 0.5),
    'TF-IDF loose': tfIdf(0.6),
    'TF-IDF strict': tfIdf(0.8),
  }
  const scores = Object.entries(methods).map(
    ([method, cluster]) => [method, scoreReprints(texts, wire.length, cluster)] as const,
  )
  for (const [measure, goal] of [
    ['precision', '>= 99'],
    ['recall', '>= 95'],
    ['f1', ''],
  ] as const)
    yield {
      task: `reprints, ${measure}`,
      goal,
      cells: Object.fromEntries(scores.map(([method, score]) => [method, percent(score[measure])])),
    }
}

/** The text after so many wire copies and as many reprints of them, in the same order, must each stand alone. */
const scoreReprints = (texts: readonly Text[], wire: number, cluster: Clustering) => {
  const found = cluster(texts)
  const first = new Map<string, number>()
  let [right, wrong] = [0, 0]
  for (const [index, name] of found.entries()) {
    const before = first.get(name)
    if (before === undefined) first.set(name, index)
    if (before === undefined || index < wire) continue
    const original = texts[index - wire]
    const isCopy = index < 2 * wire && (before === index - wire || texts[before]?.summary === original?.summary)
    if (isCopy) right += 1
    else wrong += 1
  }
  const [precision, recall] = [right / Math.max(1, right + wrong), right / wire]
  return { precision, recall, f1: f1Of(precision, recall) }
}

/**
 * Stories and reprints measured: BCubed (Amigo, Gonzalo, Artiles, Verdejo, A comparison of extrinsic clustering evaluation metrics, 2009)
 * on <folder>/stories.jsonl as it stands, on small stories made of it among unrelated headlines, and on mixtures; reprints by the rules
 * editors use; cost. All in one configuration.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seeded } from '../src/app/seeded.ts'
import type { ArticleId } from '../src/article/article.ts'
import type { SourceId } from '../src/sources/source.ts'
import { createClusterer } from '../src/story/clusterer.ts'
import { featuresOf, type Told, termsOf } from '../src/story/features.ts'
import { writeEntry } from '../src/story/log-entry.ts'
import { StorySettings } from '../src/story/settings.ts'
import { shuffled, storyStream } from './story-stream.ts'

export interface Row {
  readonly task: string
  readonly method: string
  readonly figure: string
}

interface Labelled {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly story: string
}

const settings = StorySettings.parse({})
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const read = (file: string): { id: string; title: string; summary?: string; story?: unknown }[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line)) // the data sets' own shape

const toldBy = ({ id, title, summary }: Pick<Labelled, 'id' | 'title' | 'summary'>, source = ''): Told => ({
  id: id as ArticleId,
  title,
  summary,
  language: '',
  source: source as SourceId | '',
  publishedAt: null,
})

/** Each article's precision and recall over its story and its cluster, averaged. */
const bcubed = (pairs: readonly (readonly [gold: string, found: string])[]) => {
  const count = (keys: string[]) => {
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts
  }
  const golds = count(pairs.map(([gold]) => gold))
  const founds = count(pairs.map(([, found]) => found))
  const both = count(pairs.map(pair => pair.join('\t')))
  let [precision, recall] = [0, 0]
  for (const pair of pairs) {
    const common = both.get(pair.join('\t')) ?? 0
    precision += common / (founds.get(pair[1]) ?? 1) / pairs.length
    recall += common / (golds.get(pair[0]) ?? 1) / pairs.length
  }
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
}

type Method = (articles: readonly Labelled[]) => string[]

const ours: Method = articles => {
  const clusterer = createClusterer(() => settings)
  for (const article of articles) clusterer.decide(featuresOf(toldBy(article)), 0)
  clusterer.settle()
  return articles.map(({ id }) => String(clusterer.storyOf(id as ArticleId)))
}

const exactTitle: Method = articles => articles.map(({ title }) => title.toLowerCase())

/** Single pass over TF-IDF vectors, the frequencies known beforehand, as an able engineer would write it first. */
const tfIdf =
  (threshold: number): Method =>
  articles => {
    const texts = articles.map(({ title, summary }) => termsOf(`${title} ${summary}`, 'en'))
    const frequency = new Map<string, number>()
    for (const text of texts) for (const term of new Set(text)) frequency.set(term, (frequency.get(term) ?? 0) + 1)
    const clusters: Map<string, number>[] = []
    const having = new Map<string, Set<number>>()
    return texts.map(text => {
      const vector = new Map<string, number>()
      for (const term of new Set(text)) vector.set(term, Math.log(texts.length / (frequency.get(term) ?? 1)))
      const norm = Math.hypot(...vector.values()) || 1
      const dots = new Map<number, number>()
      for (const [term, weight] of vector)
        for (const id of having.get(term) ?? [])
          dots.set(id, (dots.get(id) ?? 0) + (weight / norm) * (clusters[id]?.get(term) ?? 0))
      let [best, most] = [-1, threshold]
      for (const [id, dot] of dots) {
        const cosine = dot / (Math.sqrt([...(clusters[id]?.values() ?? [])].reduce((sum, x) => sum + x * x, 0)) || 1)
        if (cosine >= most) [best, most] = [id, cosine]
      }
      const id = best < 0 ? clusters.push(new Map()) - 1 : best
      const cluster = clusters[id]
      for (const [term, weight] of vector) {
        cluster?.set(term, (cluster.get(term) ?? 0) + weight / norm)
        having.set(term, (having.get(term) ?? new Set()).add(id))
      }
      return String(id)
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

/** Reprints by the rules editors use, and what looks like one but is none. */
const reprints = (articles: readonly Labelled[]) => {
  const random = seeded(7)
  const texts = articles.filter(({ summary }) => summary.split(' ').length >= 18)
  const local = ['residents', 'county', 'council', 'told', 'courier', 'local', 'effects', 'felt', 'neighbourhood']
  return shuffled(texts, 3)
    .slice(0, 1_000)
    .map((article, index) => {
      const words = article.summary.split(' ')
      const other = texts[Math.floor(random() * texts.length)]?.title ?? ''
      const [title, summary] = [
        [article.title, words.slice(0, 14).join(' ')],
        [other, article.summary],
        [article.title, `jane reed staff writer ${article.summary}`],
        [article.title, [...words, ...local].join(' ')],
        [other, `port ellin newswire ${words.slice(0, 16).join(' ')}`],
      ][index % 5] as [string, string]
      return { original: article, reprint: { id: `r-${article.id}`, title, summary, story: article.story } }
    })
}

const TEMPLATES: readonly ((n: number) => readonly [title: string, summary: string])[] = [
  n => [
    `tour of varland results day ${n}`,
    `all results of day ${n} stage ${n} tour of varland rider${n} wins ahead of rider${n + 1} in town${n}`,
  ],
  n => [
    `magnitude ${n}.${n % 7} quake shakes place${n}`,
    `earthquake magnitude ${n}.${n % 7} struck ${n * 3} kilometres north place${n} survey reported no damage known`,
  ],
  n => [
    `team${n} beat side${n} ${n} 1 match report`,
    `team${n} beat side${n} ${n} goals to 1 with goals of player${n} and player${n + 5} at stadium${n}`,
  ],
  n => [
    `horoscope for sign${n}`,
    `your stars today sign${n} should expect word${n} thing${n} and favour${n} before evening colour${n}`,
  ],
  n => [
    'morning briefing',
    `need know this morning subject${n} minister${n} vote${n} storm${n} market${n} cup${n} film${n}`,
  ],
]

export const reprintRows = (articles: readonly Labelled[]): Row[] => {
  const clusterer = createClusterer(() => settings)
  const pairs = reprints(articles)
  for (const { original } of pairs) clusterer.decide(featuresOf(toldBy(original, 'wire')), 0)
  let [right, wrong] = [0, 0]
  for (const { original, reprint } of pairs) {
    const { decision } = clusterer.decide(featuresOf(toldBy(reprint, 'courier')), 0)
    if (decision.kind !== 'reprint') continue
    const same =
      decision.of === original.id || articles.find(({ id }) => id === decision.of)?.summary === original.summary
    if (same) right += 1
    else wrong += 1
  }
  TEMPLATES.forEach((template, kind) => {
    for (let n = 2; n < 42; n += 1) {
      const [title, summary] = template(n)
      const told = toldBy({ id: `t-${kind}-${n}`, title, summary }, `paper${n % 3}`)
      if (clusterer.decide(featuresOf(told), 0).decision.kind === 'reprint') wrong += 1
    }
  })
  return [
    { task: 'reprints', method: 'precision (>= 99 %)', figure: percent(right / Math.max(1, right + wrong)) },
    { task: 'reprints', method: 'recall (>= 95 %)', figure: percent(right / pairs.length) },
  ]
}

/** Decided, taken back and folded, as a worker does; measured over the last articles of the window. */
export const costRows = (window: number): Row[] => {
  const clusterer = createClusterer(() => settings)
  let [index, bytes, from] = [0, 0, process.cpuUsage()]
  const last = Math.min(5_000, window / 2)
  for (const told of storyStream(window, 1)) {
    if (index === window - last) from = process.cpuUsage()
    const at = index * 3_000
    clusterer.tryOut()
    const entry = clusterer.decide(featuresOf(told), at)
    clusterer.rollBack()
    clusterer.fold({ ...entry, at })
    bytes += Buffer.byteLength(writeEntry(entry))
    index += 1
  }
  const { user, system } = process.cpuUsage(from)
  return [
    {
      task: `cost at ${window} articles`,
      method: 'CPU an article (<= 500 us)',
      figure: `${Math.round((user + system) / last)} us`,
    },
    {
      task: `cost at ${window} articles`,
      method: 'log entry (<= 1,500 bytes)',
      figure: `${Math.round(bytes / window)} bytes`,
    },
  ]
}

/** @param folder with stories.jsonl, and sections-train.jsonl for unrelated headlines where it is there */
export const storyRows = (folder: string, window = 20_000): Row[] => {
  const articles = read(join(folder, 'stories.jsonl')).map(
    ({ id, title, summary = '', story }): Labelled => ({ id: String(id), title, summary, story: String(story) }),
  )
  const others = read(join(folder, 'sections-train.jsonl')).map(
    ({ id, title }): Labelled => ({ id: String(id), title, summary: '', story: `alone-${id}` }),
  )
  const sets: readonly (readonly [string, readonly Labelled[]])[] = [
    ['large, as it stands', articles],
    ['large, shuffled', shuffled(articles, 5)],
    ['small (2 to 8) among 3,000', smallStories(articles, others, 1, 8, 3_000)],
    ['small, another seed', smallStories(articles, others, 2, 8, 3_000)],
    ['to 20 articles, none alone', smallStories(articles, others, 3, 20, 0)],
    ['large and 3,000 alone', shuffled([...articles, ...shuffled(others, 4).slice(0, 3_000)], 4)],
  ]
  const methods: readonly (readonly [string, Method])[] = [
    ['newsdesk', ours],
    ['exact title', exactTitle],
    ['TF-IDF 0.08', tfIdf(0.08)],
    ['TF-IDF 0.3', tfIdf(0.3)],
  ]
  const rows = sets.flatMap(([task, set]) =>
    methods.map(([method, cluster]): Row => {
      const found = cluster(set)
      const { precision, recall, f1 } = bcubed(set.map(({ story }, index) => [story, found[index] ?? ''] as const))
      return {
        task: `stories: ${task}`,
        method,
        figure: `F1 ${percent(f1)} (P ${percent(precision)}, R ${percent(recall)})`,
      }
    }),
  )
  return [...rows, ...reprintRows(articles), ...costRows(window)]
}

/** What deciding costs as the window fills: decided and logged as a worker does, over made articles that read like a week's news. */

import { StorySettings } from '../src/config/sections/stories.ts'
import type { ArticleId } from '../src/domain/article.ts'
import type { SourceId } from '../src/domain/source.ts'
import { createClusterer } from '../src/stories/rules/clusterer.ts'
import { extractFeatures, type StoryInput } from '../src/stories/rules/features.ts'
import { writeEntry } from '../src/stories/rules/log-entry.ts'
import { storyStream } from './story-stream.ts'

export interface Cost {
  /** Articles in the window. */
  readonly window: number
  /** Microseconds of CPU an article, over the last articles of the window: features, deciding, writing. */
  readonly micros: number
  /** The same over real articles that arrive after them, if any. */
  readonly realMicros: number | null
  /** Bytes of an entry of the log, on average. */
  readonly entryBytes: number
  readonly heapMegabytes: number
}

const MEASURED = 4_000
const REAL = 1_500
/** ms from one article to the next: 200,000 a week. */
const EVERY = 3_000

/**
 * @param real articles, some of which are decided after each window, none twice
 * @param vocabulary words of real texts, most frequent first, that the made ones are written in
 */
export function* storyCosts(
  windows: readonly number[],
  real: readonly StoryInput[],
  vocabulary: readonly string[],
): Generator<Cost> {
  const settings = StorySettings.parse({ window: '3650d' })
  const clusterer = createClusterer(() => settings)
  let [count, bytes, at] = [0, 0, 0]
  const take = (told: StoryInput): void => {
    at += EVERY
    clusterer.beginTrial(at)
    bytes += Buffer.byteLength(writeEntry(clusterer.decide(extractFeatures(told), at)))
    clusterer.commitTrial()
  }
  const micros = (articles: readonly StoryInput[]): number => {
    const from = process.cpuUsage()
    for (const told of articles) take(told)
    const { user, system } = process.cpuUsage(from)
    return (user + system) / articles.length
  }
  const stream = storyStream(Math.max(...windows), 1, vocabulary)
  const next = (most: number): StoryInput[] =>
    Array.from({ length: most }, () => stream.next().value).filter(told => !!told)
  for (const window of windows) {
    while (count < window - MEASURED) {
      const some = next(Math.min(1_000, window - MEASURED - count))
      for (const told of some) take(told)
      count += some.length
    }
    bytes = 0
    const measured = next(window - count)
    count += measured.length
    const made = micros(measured)
    const entryBytes = bytes / measured.length
    const some = real.slice(windows.indexOf(window) * REAL, (windows.indexOf(window) + 1) * REAL)
    const realMicros = some.length > 0 ? micros(some) : null
    yield { window, micros: made, realMicros, entryBytes, heapMegabytes: process.memoryUsage().heapUsed / 2 ** 20 }
  }
}

/** Microseconds of CPU an article when one text comes over and over from ever other publishers, by how often it has come; every tenth is other news with its words. */
export function* sameTextCosts(most: number): Generator<{ readonly copies: number; readonly micros: number }> {
  const settings = StorySettings.parse({ window: '3650d' })
  const clusterer = createClusterer(() => settings)
  const words = Array.from({ length: 24 }, (_, n) => `copied${n}`)
  let [from, since] = [process.cpuUsage(), 0]
  for (let copies = 1; copies <= most; copies += 1) {
    const other = copies % 10 === 0
    const own = other ? [...words.slice(0, 6), ...[1, 2, 3, 4].map(n => `other${copies}x${n}`)] : words
    const id = `c${copies}` as ArticleId
    const told = { id, title: own.slice(0, 8).join(' '), summary: own.slice(8).join(' ') }
    const source = `paper${copies}` as SourceId
    clusterer.beginTrial(copies)
    clusterer.decide(extractFeatures({ ...told, language: 'en', source, publishedAt: null }), copies)
    clusterer.commitTrial()
    since += 1
    if (copies !== most && copies * 10 !== most && copies * 100 !== most) continue
    const { user, system } = process.cpuUsage(from)
    yield { copies, micros: (user + system) / since }
    ;[from, since] = [process.cpuUsage(), 0]
  }
}

/** Pairs of headlines of two papers, on one event or on two, in nine languages (tests/stories/pairs). */

import { readdirSync, readFileSync } from 'node:fs'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'
import { NOON, sourceId } from './articles.ts'

interface Told {
  readonly title: string
  readonly summary: string
}

export interface StoryPair {
  /** Whether both are on one event. */
  readonly same: boolean
  readonly a: Told
  readonly b: Told
}

const FOLDER = new URL('../stories/pairs/', import.meta.url)
const settings = StorySettings.parse({})

/** The languages that have pairs, by primary subtag. */
export const pairLanguages = readdirSync(FOLDER).map(file => file.replace('.jsonl', ''))

/** Twenty pairs on one event, and twenty near-misses. */
export const readPairs = (language: string): StoryPair[] =>
  readFileSync(new URL(`${language}.jsonl`, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as StoryPair) // our own files

/** Whether the articles of two papers become one story where there is nothing else in the news. */
export const isOneStory = ({ a, b }: StoryPair, language: string, other = language): boolean => {
  const clusterer = createClusterer(() => settings)
  const [one, two] = [
    { ...a, language },
    { ...b, language: other },
  ].map((told, n) => {
    const id = `a${n}` as ArticleId
    const features = extractFeatures({ ...told, id, source: sourceId(`paper${n}`), publishedAt: NOON })
    return clusterer.decide(features, NOON).decision.story
  })
  return one === two
}

/** `newsdesk cluster`: groups articles from stdin into stories by the rules of the daemon, but without Redis. */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { StorySettings } from '../../config/sections/stories.ts'
import type { ArticleId, StoryId } from '../../domain/article.ts'
import type { SourceId } from '../../domain/source.ts'
import type { Decision } from '../../domain/story-decision.ts'
import { decideLanguage } from '../../languages/decide.ts'
import { createClusterer } from '../../stories/rules/clusterer.ts'
import { extractFeatures } from '../../stories/rules/features.ts'
import { loadStorySettings } from '../story-settings.ts'

const ArticleLine = z.object({
  id: z.union([z.string().min(1), z.number()]),
  title: z.string(),
  summary: z.string().nullish(),
  /** ISO 8601, or ms since the epoch. */
  published: z.union([z.string(), z.number()]).nullish(),
  source: z.string().nullish(),
  url: z.string().nullish(),
  /** As its publisher declares it; what the text itself is in counts for more. */
  lang: z.string().nullish(),
})
type ArticleLine = z.infer<typeof ArticleLine>

export interface Clustered {
  readonly id: string | number
  readonly story: StoryId
  readonly duplicateOf?: ArticleId
}

const PROGRESS_EVERY = 1_000

const parseLine = (text: string): ArticleLine | string => {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (error) {
    return `invalid JSON: ${(error as Error).message}` // JSON.parse throws SyntaxError
  }
  const parsed = ArticleLine.safeParse(read)
  return parsed.success ? parsed.data : z.prettifyError(parsed.error).replaceAll('\n', ' ')
}

const publishedAt = ({ published }: ArticleLine): number | null => {
  const at = new Date(published ?? Number.NaN).getTime()
  return Number.isNaN(at) ? null : at
}

const findOriginal = (id: ArticleId, decision: Decision): ArticleId | undefined => {
  const other = decision.kind === 'same' ? decision.as : decision.kind === 'reprint' ? decision.of : undefined
  return other === id ? undefined : other
}

/** Clusters a finite stream. Later articles can still merge earlier stories, so all results come at the end. */
export const createClusterRun = (settings: StorySettings) => {
  const clusterer = createClusterer(() => settings)
  let latest = Number.NEGATIVE_INFINITY
  const decided: { readonly given: string | number; readonly id: ArticleId; readonly decision: Decision }[] = []
  return {
    add(line: ArticleLine): void {
      const id = String(line.id) as ArticleId
      const [title, summary, published] = [line.title, line.summary ?? '', publishedAt(line)]
      // They arrive in the order given, each as soon as it and those before it are published.
      latest = Math.max(latest, published ?? 0)
      const features = extractFeatures({
        id,
        title,
        summary,
        url: line.url ?? '',
        language: decideLanguage(`${title} ${summary}`, [line.lang]),
        source: (line.source ?? '') as SourceId | '',
        publishedAt: published,
      })
      decided.push({
        given: line.id,
        id,
        decision: clusterer.known(features) ?? clusterer.decide(features, latest).decision,
      })
    },
    end(): Clustered[] {
      return decided.map(({ given, id, decision }) => {
        const duplicateOf = findOriginal(id, decision)
        return {
          id: given,
          story: clusterer.findStory(id) ?? decision.story,
          ...(duplicateOf === undefined ? {} : { duplicateOf }),
        }
      })
    },
  }
}

/** @returns 0, even if invalid lines were skipped, which is reported on stderr */
export const clusterCommand = async (configDir: string): Promise<number> => {
  const run = createClusterRun(loadStorySettings(configDir))
  let [number, bad] = [0, 0]
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1
    if (text.trim() === '') continue
    const line = parseLine(text)
    if (typeof line === 'string') {
      bad += 1
      console.error(`line ${number}: ${line}`)
    } else run.add(line)
    if (process.stderr.isTTY && number % PROGRESS_EVERY === 0) process.stderr.write(`\r${number} articles`)
  }
  if (process.stderr.isTTY && number >= PROGRESS_EVERY) process.stderr.write('\n')
  if (bad > 0) console.error(`${bad} of ${number} lines skipped`)
  for (const each of run.end())
    if (!process.stdout.write(`${JSON.stringify(each)}\n`)) await once(process.stdout, 'drain')
  return 0
}

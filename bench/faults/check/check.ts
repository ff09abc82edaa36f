/** The whole of it at one moment: what stands in Redis, held to the truth. */

import type { Redis } from 'ioredis'
import { checkArticles, checkCounts, checkStream, readStored } from './articles.ts'
import { checkLatest, checkSeen, checkUpdates, lookAt } from './lists.ts'
import { checkQueues } from './queues.ts'
import type { Truth, Violation } from './truth.ts'

const WINDOWS = ['now', 'hour', 'day', 'week'] as const

/** Names of the contract's lists, but the related ones. */
export const listNames = (sections: readonly string[]): string[] =>
  ['', ...sections.map(id => `:${id}`)].flatMap(part => [
    ...['latest', 'must-reads', 'trending'].map(rule => rule + part),
    ...WINDOWS.map(window => `most-read:${window}${part}`),
    ...(part === '' ? WINDOWS.flatMap(window => [`most-commented:${window}`, `most-shared:${window}`]) : []),
  ])

export const sectionsIn = async (redis: Redis, prefix: string): Promise<string[]> => {
  const written = (await redis.get(`${prefix}:sections`)) ?? '{"sections":[]}'
  const { sections } = JSON.parse(written) as { sections: { id: string }[] } // as the contract has it
  return sections.map(({ id }) => id)
}

export interface CheckParts {
  readonly redis: Redis
  readonly prefix: string
  readonly truth: Truth
  /** Entries that `latest` may have. */
  readonly size: number
}

export const check = async ({ redis, prefix, truth, size }: CheckParts): Promise<Violation[]> => {
  const names = listNames(await sectionsIn(redis, prefix))
  const seen = await Promise.all(names.map(name => lookAt(redis, prefix, name)))
  const stored = await readStored(redis, prefix)
  const related = await Promise.all(stored.articles.map(({ id }) => lookAt(redis, prefix, `related:${id}`)))
  return [
    ...checkArticles(truth, stored),
    ...checkCounts(truth, stored),
    ...(await checkStream(redis, prefix)),
    ...[...seen, ...related].flatMap(checkSeen),
    ...checkLatest(
      seen.filter(({ name }) => name.startsWith('latest')),
      stored,
      size,
    ),
    ...(await checkUpdates(redis, prefix, seen)),
    ...(await checkQueues(redis, prefix)),
  ]
}

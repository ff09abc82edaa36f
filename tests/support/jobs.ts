/** Jobs run as a worker runs them: the modules of a process over the run's Redis, publishers over HTTP, a clock that tests move. */

import { pino } from 'pino'
import { afterAll } from 'vitest'
import type { z } from 'zod'
import type { JobContext } from '../../jobs/context.ts'
import type { JobDefinition } from '../../jobs/define.ts'
import { createPriorityGate } from '../../jobs/priority-gate.ts'
import { createContainer } from '../../src/app/container.ts'
import { createJobContext } from '../../src/app/job-context.ts'
import type { Config } from '../../src/config/load.ts'
import { Settings } from '../../src/config/schema.ts'
import { Source } from '../../src/domain/source.ts'
import { createFetcher } from '../../src/http-client/fetch.ts'
import { createPoster } from '../../src/http-client/post.ts'
import { ArticlesData } from '../../src/queues/ingest.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { createReplicationBarrier } from '../../src/redis/replication-barrier.ts'
import { createPageReader } from '../../src/sources/pages/page-reader.ts'
import { NOON } from './articles.ts'
import { testRedis } from './redis.ts'
import { taxonomy } from './taxonomy.ts'

/**
 * @param sources id and address of each
 * @param some settings of crawling
 * @param about further fields of each source
 */
export const aJobDesk = (
  sources: Readonly<Record<string, string>>,
  some: Record<string, unknown> = {},
  about: Partial<z.input<typeof Source>> = {},
) => {
  const { redis, keys, connect } = testRedis()
  const clock = { now: NOON }
  const now = () => clock.now
  const config: Config = {
    settings: Settings.parse({
      admin: { recrawlGap: '0s' },
      crawl: { hostGap: '0ms', allow: ['127.0.0.0/8'], ...some },
    }),
    sources: Object.entries(sources).map(([id, url]) =>
      Source.parse({ id, name: id, url, section: 'world', ...about }),
    ),
    taxonomy,
    dir: 'config',
  }
  /** Replicas that must have what a job wrote before it goes on. */
  const replicas = { wanted: 0 }
  const shared = { config: () => config, redis, keys, now, log: pino({ level: 'silent' }) }
  const bull = connect()
  const queues = openQueues(bull, keys)
  const fetcher = createFetcher(() => config.settings.crawl, { now })
  const poster = createPoster(() => config.settings.crawl, { now })
  const pageReader = createPageReader()
  const gate = createPriorityGate({ maxWait: 100 })
  const container = createContainer({ ...shared, queues: async () => queues, gate })
  const { context } = createJobContext(container, {
    ...{ ...shared, queues, fetcher, poster, gate },
    readPage: pageReader.read,
    barrier: createReplicationBarrier({ redis, replicas: () => replicas.wanted, patience: 10 }),
    stopping: new AbortController().signal,
    abandoning: new AbortController().signal,
  })
  afterAll(async () => {
    await Promise.all([
      ...Object.values(queues).map(queue => queue.close()),
      ...[fetcher.close(), poster.close(), pageReader.close()],
    ])
    bull.disconnect()
  })
  const notes: string[] = []
  const job: JobContext['job'] = {
    id: 'one',
    attempt: 1,
    progress: async () => undefined,
    replace: async () => undefined,
    note: async line => {
      notes.push(line)
    },
    postpone: async ms => Promise.reject(new Error(`postponed for ${ms} ms`)),
  }
  /**
   * @param data as it stands in the queue
   * @param more of the context, in place of what it has
   */
  const run = <Schema extends z.ZodType>(
    definition: JobDefinition<string, Schema>,
    data: unknown,
    more: Partial<JobContext> = {},
  ) => definition.run(definition.data.parse(data), { ...context, job, log: shared.log, ...more })
  /** Batches that wait to be ingested, in their order. */
  const batches = async (): Promise<ArticlesData[]> =>
    (await queues.articles.getWaiting()).map(({ data }) => ArticlesData.parse(data))
  return { ...container, redis, keys, clock, config, replicas, queues, notes, run, batches }
}

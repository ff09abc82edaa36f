/** Lists waiting jobs by their source, for the check that the source still exists. */

import type { Job, JobType } from 'bullmq'
import type { Queues } from './queues.ts'

/** A waiting job of a source. */
export interface SourceJob {
  readonly queue: string
  readonly id: string
  readonly source: string
}

export interface SourceJobs {
  waiting(): AsyncGenerator<readonly SourceJob[]>
  /** Whether it still waits. */
  isThere(job: SourceJob): Promise<boolean>
  remove(job: SourceJob): Promise<void>
}

const OF_SOURCES = ['crawl', 'articles'] as const
const WAITING: JobType[] = ['waiting', 'delayed', 'prioritized']
const PAGE = 200

export const sourceJobs = (queues: Queues): SourceJobs => {
  const find = async ({ queue, id }: SourceJob): Promise<Job | undefined> =>
    OF_SOURCES.find(name => name === queue) && queues[queue as (typeof OF_SOURCES)[number]].getJob(id)
  return {
    async *waiting() {
      for (const queue of OF_SOURCES)
        for (let from = 0; ; from += PAGE) {
          const found = (await queues[queue].getJobs(WAITING, from, from + PAGE - 1)) as (Job | undefined)[] // a job may be removed meanwhile
          yield found.flatMap((job): SourceJob[] => {
            const source: unknown = job?.data?.sourceId
            return job?.id && typeof source === 'string' ? [{ queue, id: job.id, source }] : []
          })
          if (found.length === 0) break
        }
    },
    async isThere(job) {
      const found = await find(job)
      return found !== undefined && !(await found.isActive())
    },
    async remove(job) {
      // If a worker has started it meanwhile, its handler finds that the source is gone.
      await (await find(job))?.remove().catch((error: unknown) => {
        if (!(error instanceof Error && /locked|missing key/i.test(error.message))) throw error
      })
    },
  }
}

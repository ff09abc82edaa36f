/** Metrics of what this process did, as counters and histograms: jobs, their outcomes, and the publication delay. */

import { Counter, Histogram, type Registry } from 'prom-client'
import type { JobEnd } from '../../queues/job-end.ts'
import { type Count, countFailure, countOutcomes } from './outcomes.ts'

export interface WorkMetrics {
  jobEnded(end: JobEnd): void
  /** Records an ingested article. @param delay ms since its publisher's date */
  ingested(delay: number): void
  /** Records a request that the admin server refused. @param kind one of a few known kinds */
  refused(kind: string): void
  /** Records a self-check. @param isSame whether this process ranked a list as a process that has just started would */
  selfChecked(isSame: boolean): void
}

const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const DELAY_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

const OUTCOMES: Readonly<Record<Count['of'], readonly [name: string, help: string]>> = {
  fetches: ['newsdesk_fetches_total', 'Fetches of sources, by outcome or reason of failure.'],
  bytes: ['newsdesk_fetched_bytes_total', 'Bytes of feeds that changed, decompressed.'],
  items: ['newsdesk_items_total', 'Items found in feeds: new or edited.'],
  articles: ['newsdesk_articles_total', 'Articles ingested, by outcome.'],
  refused: ['newsdesk_items_refused_total', 'Items refused, by reason.'],
  lists: ['newsdesk_lists_total', 'Lists ranked: written, or unchanged.'],
}

export const createWorkMetrics = (register: Registry): WorkMetrics => {
  const registers = [register]
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers })
  const jobs = counter('newsdesk_jobs_total', 'Jobs that ended, by queue and outcome.', 'queue', 'outcome')
  const durations = new Histogram({
    name: 'newsdesk_job_duration_seconds',
    help: 'How long jobs ran, by queue.',
    labelNames: ['queue'],
    buckets: JOB_SECONDS,
    registers,
  })
  const outcomes = new Map(
    Object.entries(OUTCOMES).map(([of, [name, help]]) => [of, counter(name, help, 'outcome')] as const),
  )
  const refused = counter('newsdesk_admin_refused_total', 'Requests the admin server refused, by kind.', 'kind')
  const checks = counter('newsdesk_list_checks_total', 'Checks of lists by this process of itself.', 'outcome')
  for (const outcome of ['same', 'different']) checks.inc({ outcome }, 0)
  const delay = new Histogram({
    name: 'newsdesk_publication_delay_seconds',
    help: 'From the publication date of an article to its ingestion; its lists follow within lists.settle.',
    buckets: DELAY_SECONDS,
    registers,
  })
  return {
    jobEnded({ queue, outcome, ms, result, error }) {
      jobs.inc({ queue, outcome })
      durations.observe({ queue }, ms / 1_000)
      const failure = outcome === 'failed' ? countFailure(queue, error ?? '') : null
      for (const { of, outcome: what, count } of failure ? [failure] : countOutcomes(queue, result))
        outcomes.get(of)?.inc({ outcome: what }, count)
    },
    refused: kind => refused.inc({ kind }),
    selfChecked: isSame => checks.inc({ outcome: isSame ? 'same' : 'different' }),
    ingested: ms => delay.observe(Math.max(0, ms) / 1_000),
  }
}

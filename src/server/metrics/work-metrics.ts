/** Metrics of what this process did, as counters and histograms: jobs, their outcomes, and the publication delay. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { JobEnd } from '../../queues/job-end.ts'
import { REFUSALS } from '../admin/auth/refusals.ts'
import { type Count, countFailure, countOutcomes, KNOWN_OUTCOMES } from './outcomes.ts'

export interface WorkMetrics {
  jobEnded(end: JobEnd): void
  /** Records an ingested article. @param delay ms since its publisher's date */
  ingested(delay: number): void
  /** Records a request that the admin server refused. @param kind one of a few known kinds */
  refused(kind: string): void
  /** Records a self-check. @param isSame whether this process ranked a list as a process that has just started would */
  selfChecked(isSame: boolean): void
  /** Records a request to the public server. @param path as requested */
  requested(path: string, status: number): void
  /** Records events that the public server accepted. */
  eventsAccepted(count: number): void
  /** Records a batch of the counter. @param read events taken from the stream @param counted those that counted */
  eventsCounted(read: number, counted: number): void
  /** Records that a changed configuration was applied, or rejected. */
  reloaded(isApplied: boolean): void
}

const QUEUES = ['crawl', 'articles', 'publish', 'push', 'pages', 'webhooks']
const JOB_OUTCOMES = ['done', 'failed', 'postponed']
/** Parts of the public server. */
const ROUTES = ['events', 'lists', 'page', 'updates', 'health', 'other']
const CLASSES = ['2xx', '3xx', '4xx', '5xx']

/** (pure) */
const routeOf = (path: string): string => {
  if (/^\/(healthz|livez)$/.test(path)) return 'health'
  const name = /^\/v1\/([a-z]+)/.exec(path)?.[1] ?? ''
  return ROUTES.includes(name) ? name : 'other'
}

const JOB_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const DELAY_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

const OUTCOMES: Readonly<Record<Count['of'], readonly [name: string, help: string]>> = {
  fetches: ['newsdesk_fetches_total', 'Fetches of sources, by outcome or reason of failure.'],
  bytes: ['newsdesk_fetched_bytes_total', 'Bytes of feeds that changed, decompressed.'],
  items: ['newsdesk_items_total', 'Items found in feeds: new or edited.'],
  articles: ['newsdesk_articles_total', 'Articles ingested, by outcome.'],
  refused: ['newsdesk_items_refused_total', 'Items refused, by reason.'],
  pages: ['newsdesk_pages_total', 'Pages of articles, by what was found or why they failed.'],
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
  const requests = counter(
    'newsdesk_http_requests_total',
    'Requests to the public server, by part of it and class of HTTP status.',
    ...['route', 'status'],
  )
  const accepted = counter('newsdesk_events_accepted_total', 'Events that the public server accepted.')
  const read = counter('newsdesk_events_read_total', 'Events that were taken from the stream to be counted.')
  const counted = counter('newsdesk_events_counted_total', 'Events that counted: not repeated, and not refused.')
  const reloads = counter('newsdesk_reloads_total', 'Reloads of the configuration, by outcome.', 'outcome')
  const rejected = new Gauge({
    name: 'newsdesk_config_rejected',
    help: '1 while the changed configuration is wrong and the one before is in force, else 0.',
    registers,
  })
  rejected.set(0)
  const checks = counter('newsdesk_list_checks_total', 'Checks of lists by this process of itself.', 'outcome')
  // A counter that appears with its first occurrence would hide that occurrence from increase() and rate().
  for (const outcome of ['same', 'different']) checks.inc({ outcome }, 0)
  for (const outcome of ['applied', 'rejected']) reloads.inc({ outcome }, 0)
  for (const kind of REFUSALS) refused.inc({ kind }, 0)
  for (const queue of QUEUES) for (const outcome of JOB_OUTCOMES) jobs.inc({ queue, outcome }, 0)
  for (const route of ROUTES) for (const status of CLASSES) requests.inc({ route, status }, 0)
  for (const [of, known] of Object.entries(KNOWN_OUTCOMES))
    for (const outcome of known) outcomes.get(of)?.inc({ outcome }, 0)
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
    requested: (path, status) => requests.inc({ route: routeOf(path), status: `${Math.floor(status / 100)}xx` }),
    eventsAccepted: count => accepted.inc(count),
    eventsCounted(all, those) {
      read.inc(all)
      counted.inc(those)
    },
    reloaded(isApplied) {
      reloads.inc({ outcome: isApplied ? 'applied' : 'rejected' })
      rejected.set(isApplied ? 0 : 1)
    },
    selfChecked: isSame => checks.inc({ outcome: isSame ? 'same' : 'different' }),
    ingested: ms => delay.observe(Math.max(0, ms) / 1_000),
  }
}

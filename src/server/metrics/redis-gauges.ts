/** What all processes share, as gauges: the state in Redis, read at a scrape. */

import { Counter, Gauge, type Registry } from 'prom-client'

/** Values read from Redis at a scrape. */
export interface Readings {
  /** Jobs by queue and state. */
  readonly queues: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** 1 by queue that is paused, else 0. */
  readonly paused: Readonly<Record<string, number>>
  /** Jobs by queue that are delayed beyond a day. */
  readonly delayedBeyondDay: Readonly<Record<string, number>>
  /** Age of the oldest waiting job by queue, s; 0 if none waits. */
  readonly oldest: Readonly<Record<string, number>>
  /** Sources by state. */
  readonly sources: Readonly<Record<string, number>>
  /** Seconds since each list was last found to be up to date. */
  readonly lists: Readonly<Record<string, number>>
  /** Lists that were not found up to date for ten minutes, or never. */
  readonly staleLists: number
  readonly events: {
    readonly waiting: number
    /** Age of the oldest event that is not counted yet, s. */
    readonly lag: number
    /** Ever added to the stream. */
    readonly reported: number
    /** Total, by reason. */
    readonly refused: Readonly<Record<string, number>>
  }
  readonly redis: {
    /** Bytes; `limit` is 0 if there is none. */
    readonly memory: number
    readonly limit: number
    /** Duration of a PING, s. */
    readonly latency: number
    /** Whether it deletes keys for lack of memory, by its policy. */
    readonly evicts: boolean
    /** Replicas that are missing to confirm a write. */
    readonly lacksReplicas: number
  }
  /** `memory`: `articles.memory` in bytes, 0 for none; `evicted`: for lack of memory, so far. */
  readonly articles: {
    readonly count: number
    readonly pending: number
    readonly evicted: number
    readonly memory: number
  }
  /** Share of each section's articles in its largest story, and the share from which it is too large. */
  readonly storyShares: Readonly<Record<string, number>>
  readonly storyShareLimits: Readonly<Record<string, number>>
  readonly daemons: number
  readonly isNetworkDown: boolean
  readonly quarantine: number
}

/** A number, or numbers by the values of a label. */
type GaugeValues = number | { readonly [label: string]: GaugeValues }

/** Name, help, where its value is in the readings, and its labels, the outermost first. */
type GaugeRow = readonly [
  name: string,
  help: string,
  read: (readings: Readings) => GaugeValues,
  ...labelNames: string[],
]

const GAUGES: readonly GaugeRow[] = [
  ['newsdesk_queue_jobs', 'Jobs by queue and state.', ({ queues }) => queues, 'queue', 'state'],
  ['newsdesk_queue_paused', '1 while a queue is paused.', ({ paused }) => paused, 'queue'],
  [
    'newsdesk_queue_delayed_beyond_day',
    'Jobs that are delayed for more than a day, which newsdesk never does.',
    ({ delayedBeyondDay }) => delayedBeyondDay,
    'queue',
  ],
  ['newsdesk_queue_oldest_seconds', 'How long the oldest waiting job has waited.', ({ oldest }) => oldest, 'queue'],
  ['newsdesk_sources', 'Sources by state.', ({ sources }) => sources, 'state'],
  ['newsdesk_list_age_seconds', 'Since a list was last found to be up to date.', ({ lists }) => lists, 'list'],
  [
    'newsdesk_lists_stale',
    'Lists that were not found up to date for ten minutes, or never.',
    ({ staleLists }) => staleLists,
  ],
  ['newsdesk_events_waiting', 'Events that are not counted yet.', ({ events }) => events.waiting],
  ['newsdesk_event_lag_seconds', 'How long the oldest uncounted event has waited.', ({ events }) => events.lag],
  ['newsdesk_events_refused', 'Events refused so far, by reason.', ({ events }) => events.refused, 'reason'],
  ['newsdesk_redis_memory_bytes', 'Memory Redis uses.', ({ redis }) => redis.memory],
  ['newsdesk_redis_memory_limit_bytes', 'maxmemory of Redis; 0 for none.', ({ redis }) => redis.limit],
  ['newsdesk_redis_evicts', '1 while Redis may evict keys, by its policy.', ({ redis }) => Number(redis.evicts)],
  [
    'newsdesk_redis_replicas_lacking',
    'Replicas that are missing to confirm writes (redis.replicas).',
    ({ redis }) => redis.lacksReplicas,
  ],
  ['newsdesk_redis_latency_seconds', 'How long a PING took.', ({ redis }) => redis.latency],
  ['newsdesk_articles', 'Stored articles.', ({ articles }) => articles.count],
  [
    'newsdesk_articles_pending_deletion',
    'Articles in no list any more, pending deletion.',
    ({ articles }) => articles.pending,
  ],
  ['newsdesk_articles_memory_limit_bytes', 'articles.memory; 0 for none.', ({ articles }) => articles.memory],
  [
    'newsdesk_story_share',
    "Share of a section's latest articles in its largest story, 0 to 1.",
    ({ storyShares }) => storyShares,
    'section',
  ],
  ['newsdesk_story_share_limit', 'stories.maxShare.', ({ storyShareLimits }) => storyShareLimits, 'section'],
  [
    'newsdesk_network_down',
    '1 while most domains cannot be reached, so that our own network seems to be down.',
    ({ isNetworkDown }) => Number(isNetworkDown),
  ],
  ['newsdesk_daemons', 'Running processes.', ({ daemons }) => daemons],
  [
    'newsdesk_quarantine_bodies',
    'Bodies in quarantine because they could not be read.',
    ({ quarantine }) => quarantine,
  ],
]

const setAll = (gauge: Gauge, [label = '', ...rest]: readonly string[], values: GaugeValues, labels = {}): void => {
  if (typeof values === 'number') gauge.set(labels, values)
  else for (const [name, value] of Object.entries(values)) setAll(gauge, rest, value, { ...labels, [label]: name })
}

export interface RedisGauges {
  show(readings: Readings): void
  /** Clears all gauges: Redis could not be read. */
  clear(): void
}

export const createRedisGauges = (register: Registry): RedisGauges => {
  const registers = [register]
  const gauges = GAUGES.map(([name, help, read, ...labelNames]) => {
    const gauge = new Gauge({ name, help, labelNames, registers })
    return { gauge, show: (readings: Readings) => setAll(gauge, labelNames, read(readings)) }
  })
  // Counted by all processes together, in Redis.
  const evicted = new Counter({
    name: 'newsdesk_articles_evicted_total',
    help: 'Articles evicted for lack of memory.',
    registers,
  })
  const reported = new Counter({
    name: 'newsdesk_events_reported_total',
    help: 'Events ever added to the stream.',
    registers,
  })
  const isUp = new Gauge({
    name: 'newsdesk_redis_up',
    help: '1 if Redis could be read at this scrape, else 0, and gauges read from Redis are left out.',
    registers,
  })
  const clear = (): void => {
    for (const { gauge } of gauges) gauge.reset()
    evicted.reset()
    reported.reset()
    isUp.set(0)
  }
  return {
    show(readings) {
      clear()
      for (const { show } of gauges) show(readings)
      evicted.inc(readings.articles.evicted)
      reported.inc(readings.events.reported)
      isUp.set(1)
    },
    clear,
  }
}

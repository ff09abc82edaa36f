/**
 * Computes what a newsroom of a given size needs, from the cost of one article, poll, event and source: the arithmetic
 * behind docs/scaling.md. (pure)
 */

/** Unit costs; docs/scaling.md names the command that measures each. */
export interface UnitCosts {
  /** CPU s of worker and Redis together per 1,000 new articles, from fetch to list. */
  readonly cpuPerThousandArticles: number
  /** CPU s of worker and Redis together per 1,000 polls without new items. */
  readonly cpuPerThousandPolls: number
  /** CPU s per million events: in the worker, and in the one Redis that holds the stream. */
  readonly cpuPerMillionEvents: { readonly worker: number; readonly redis: number }
  /** Redis' share of the CPU of articles and polls. */
  readonly redisShare: number
  /** Bytes of Redis. */
  readonly bytesPerArticle: number
  readonly bytesPerSource: number
  /** Bytes per view of an hour, while visitors are remembered. */
  readonly bytesPerEventOfAnHour: number
}

export interface Newsroom {
  readonly name: string
  readonly sources: number
  /** Polls per source and day. */
  readonly polls: number
  readonly articlesAMonth: number
  readonly eventsADay: number
  /** Retention of articles, days. */
  readonly retention: number
}

export interface Needs {
  readonly articlesASecond: number
  readonly pollsASecond: number
  readonly eventsASecond: number
  /** Busy cores in the busiest hour. */
  readonly crawlCores: number
  readonly articleCores: number
  readonly eventCores: number
  readonly redisCores: number
  /** Busy cores of the one Redis that holds the event stream; it cannot be split beyond 1. */
  readonly eventRedisCores: number
  readonly redisBytes: number
  /** Number of Redis masters, such that each uses at most half a core and holds at most `MOST_BYTES`. */
  readonly masters: number
}

const DAY = 86_400
const MONTH = 30 * DAY
/** Load of the busiest hour relative to the average. */
export const PEAK = 3
/** Planned utilisation of a core. */
const BUSY = 0.5
/** Maximum bytes per Redis: more is slow to replicate and to save. */
const MOST_BYTES = 25e9
/** Memory factor for the copy while Redis saves, and for fragmentation. */
const HEADROOM = 1.5

export const computeNeeds = (newsroom: Newsroom, costs: UnitCosts): Needs => {
  const articlesASecond = (newsroom.articlesAMonth / MONTH) * PEAK
  const pollsASecond = (newsroom.sources * newsroom.polls) / DAY
  const eventsASecond = (newsroom.eventsADay / DAY) * PEAK
  const articleCpu = (articlesASecond * costs.cpuPerThousandArticles) / 1_000
  const pollCpu = (pollsASecond * costs.cpuPerThousandPolls) / 1_000
  const worker = 1 - costs.redisShare
  const eventRedisCores = (eventsASecond * costs.cpuPerMillionEvents.redis) / 1e6
  const redisCores = (articleCpu + pollCpu) * costs.redisShare + eventRedisCores
  const held = newsroom.articlesAMonth * (newsroom.retention / 30) * costs.bytesPerArticle
  const redisBytes =
    (held + newsroom.sources * costs.bytesPerSource + eventsASecond * 3_600 * costs.bytesPerEventOfAnHour) * HEADROOM
  return {
    articlesASecond,
    pollsASecond,
    eventsASecond,
    crawlCores: pollCpu * worker,
    articleCores: articleCpu * worker,
    eventCores: (eventsASecond * costs.cpuPerMillionEvents.worker) / 1e6,
    redisCores,
    eventRedisCores,
    redisBytes,
    masters: Math.max(1, Math.ceil(redisCores / BUSY), Math.ceil(redisBytes / MOST_BYTES)),
  }
}

/** Number of processes for a load, each planned to be half busy; at least one. */
export const processes = (cores: number): number => Math.max(1, Math.ceil(cores / BUSY))

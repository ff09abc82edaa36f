/** What a newsroom of a size needs, from what one article, poll, event and source cost: the arithmetic behind docs/scaling.md. (pure) */

/** What one thing costs; each is measured by the command beside it in docs/scaling.md. */
export interface UnitCosts {
  /** CPU s of worker and Redis together, for 1,000 new articles from fetch to list. */
  readonly cpuPerThousandArticles: number
  /** CPU s of worker and Redis together, for 1,000 polls that bring nothing. */
  readonly cpuPerThousandPolls: number
  /** CPU s for a million events: in the worker, and in the one Redis that holds the stream. */
  readonly cpuPerMillionEvents: { readonly worker: number; readonly redis: number }
  /** Of the CPU of articles and polls, what Redis takes. */
  readonly redisShare: number
  /** Bytes of Redis. */
  readonly bytesPerArticle: number
  readonly bytesPerSource: number
  /** For each view of an hour, while visitors are remembered. */
  readonly bytesPerEventOfAnHour: number
}

export interface Newsroom {
  readonly name: string
  readonly sources: number
  /** Polls a source a day. */
  readonly polls: number
  readonly articlesAMonth: number
  readonly eventsADay: number
  /** Days that articles are kept. */
  readonly retention: number
}

export interface Needs {
  readonly articlesASecond: number
  readonly pollsASecond: number
  readonly eventsASecond: number
  /** Cores busy in the busiest hour. */
  readonly crawlCores: number
  readonly articleCores: number
  readonly eventCores: number
  readonly redisCores: number
  /** Cores of the one Redis that holds the stream of events; beyond 1 it cannot be split. */
  readonly eventRedisCores: number
  readonly redisBytes: number
  /** Masters of Redis, so that none is busier than half of a core or holds more than `MOST_BYTES`. */
  readonly masters: number
}

const DAY = 86_400
const MONTH = 30 * DAY
/** The busiest hour of a day has so many times the average. */
export const PEAK = 3
/** Of a core, what is planned for. */
const BUSY = 0.5
/** Of one Redis: more is slow to replicate and to save. */
const MOST_BYTES = 25e9
/** A copy while it saves, and what allocators lose. */
const HEADROOM = 1.5

export const needsOf = (room: Newsroom, costs: UnitCosts): Needs => {
  const articlesASecond = (room.articlesAMonth / MONTH) * PEAK
  const pollsASecond = (room.sources * room.polls) / DAY
  const eventsASecond = (room.eventsADay / DAY) * PEAK
  const articleCpu = (articlesASecond * costs.cpuPerThousandArticles) / 1_000
  const pollCpu = (pollsASecond * costs.cpuPerThousandPolls) / 1_000
  const worker = 1 - costs.redisShare
  const eventRedisCores = (eventsASecond * costs.cpuPerMillionEvents.redis) / 1e6
  const redisCores = (articleCpu + pollCpu) * costs.redisShare + eventRedisCores
  const held = room.articlesAMonth * (room.retention / 30) * costs.bytesPerArticle
  const redisBytes =
    (held + room.sources * costs.bytesPerSource + eventsASecond * 3_600 * costs.bytesPerEventOfAnHour) * HEADROOM
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

/** Processes that work uses, each planned to be half busy; at least one. */
export const processes = (cores: number): number => Math.max(1, Math.ceil(cores / BUSY))

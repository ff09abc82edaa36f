/** The daemon: connections, services, and a worker for each role. Starts everything, reloads, and stops in the right order. */

import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { createCrawlDue } from '../../jobs/crawl-due.ts'
import { jobs } from '../../jobs/jobs.ts'
import { startSchedule } from '../../jobs/scheduler.ts'
import { type RunningWorker, startWorker } from '../../jobs/workers.ts'
import type { Config } from '../config/load.ts'
import type { Role } from '../config/schema.ts'
import { createEventCounter } from '../events/counter.ts'
import { createFetcher } from '../http-client/fetch.ts'
import { createPoster } from '../http-client/post.ts'
import { correctClock, createClockCorrection } from '../maintenance/correct-clock.ts'
import { createFoundation } from '../maintenance/ensure-foundation.ts'
import { migrateOnStart } from '../maintenance/migrate-on-start.ts'
import { createOrigin } from '../maintenance/migrations/origin.ts'
import { SCHEMA } from '../maintenance/migrations/registry.ts'
import { addPushes, openQueues } from '../queues/queues.ts'
import { createClock } from '../redis/clock.ts'
import { connectRedis } from '../redis/connect.ts'
import { createHealthCheck } from '../redis/health-check.ts'
import { keysFor } from '../redis/keys.ts'
import { createReplicationBarrier } from '../redis/replication-barrier.ts'
import { NoRedisError, type RedisServer } from '../redis/server.ts'
import { retryUntilWritable } from '../redis/write-rejected.ts'
import type { AdminServer } from '../server/admin/server.ts'
import { createMetrics } from '../server/metrics/metrics.ts'
import { readForMonitoring, readSample } from '../server/metrics/readings.ts'
import { createSamples } from '../server/metrics/samples.ts'
import { serveProbes } from '../server/probe-server.ts'
import { createProbes } from '../server/probes.ts'
import { eventsRoute } from '../server/public/events.ts'
import { listsRoute } from '../server/public/lists.ts'
import { startHttp } from '../server/public/server.ts'
import { updatesRoute } from '../server/public/updates.ts'
import { ANSWER_WITHIN } from '../server/response-timeout.ts'
import { shadowed } from '../sources/catalogue/catalogue.ts'
import { createSummaryCache } from '../sources/store/summary-cache.ts'
import { createLogLevels, levelFor } from '../use-cases/log-levels.ts'
import { DAEMONS_SWEPT, readSummary } from '../use-cases/status.ts'
import { version } from '../util/version.ts'
import { startAdminUi } from './admin.ts'
import { createContainer } from './container.ts'
import { reloaded } from './reload.ts'

export interface Daemon {
  readonly id: string
  /** Where the admin server listens; null where this process has not that role. */
  readonly adminUrl: string | null
  /** Where metrics and probes are served without an admin server; null where they are not. */
  readonly metricsUrl: string | null
  /** Where the public server listens; null where this process runs none. */
  readonly httpUrl: string | null
  /** A link that sets the admin's password, once; null where one is set. */
  readonly setupUrl: string | null
  /** Takes up a new configuration. What counts at the next start only (roles, Redis, ports) is left as it is and named. */
  reload(config: Config): Promise<void>
  /** Finishes jobs in hand within the configured time, then lets go of the rest: others take it up. */
  stop(): Promise<void>
}

export interface DaemonParts {
  readonly config: Config
  readonly roles?: readonly Role[]
  readonly redis: RedisServer
  readonly log: Logger
  /** ms since the epoch; the clock of Redis unless given. */
  readonly now?: () => number
}

const BEAT = 5_000
/** How often a process looks whether the catalogue was changed with the command line. */
const LOOK = 1_000
const HUBS_AT_ONCE = 4
const LISTS_AT_ONCE = 4
const PUSH_TICK = 5_000
const RECONCILE_TICK = 60_000
const ROOM_TICK = 10_000
/** ms that each part of what is let go of may take. */
const LETTING_GO = 2_000
/** Subscriptions claimed and queued at a time. */
const CLAIM = 1_000

export const startDaemon = async (parts: DaemonParts): Promise<Daemon> => {
  const connections: Redis[] = []
  const workers: RunningWorker[] = []
  let onRefused: (why: string) => void = () => undefined
  const refused = new Promise<never>((_, reject) => {
    onRefused = why => reject(new NoRedisError(why))
  })
  try {
    // A Redis that was away, and comes up refusing us, is as one that refused at once; once all runs it is waited for.
    return await Promise.race([begin(parts, connections, workers, onRefused), refused])
  } catch (error) {
    // A Redis of our own ends only once nobody is connected to it.
    await within(Promise.all(workers.map(worker => worker.abandon())), LETTING_GO)
    for (const connection of connections) connection.disconnect()
    throw error
  }
}

/** @param connections, workers take those that are made */
const begin = async (
  { config: initial, roles = initial.settings.roles, redis: server, log, now: given }: DaemonParts,
  connections: Redis[],
  workers: RunningWorker[],
  onRefused: (why: string) => void,
): Promise<Daemon> => {
  let config = initial
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 4)}`
  const keys = keysFor(config.settings.redis.prefix)
  const connect = (purpose: string, options?: { pipelined: boolean }): Redis => {
    const made = connectRedis(server.address, log, `${keys.prefix}:${purpose}`, { ...options, onRefused })
    connections.push(made)
    return made
  }
  const redis = connect('main')
  const bull = connect('queues', { pipelined: false })
  const clock = createClock(redis)
  const now = given ?? clock.now
  // Global for the process, and loaded only where it is asked for.
  const tracing =
    config.settings.tracing.endpoint === ''
      ? null
      : (await import('../server/tracing.ts')).startTracing(config.settings.tracing, { version, id })
  const queues = openQueues(bull, keys, tracing?.telemetry)
  const keeper = createReplicationBarrier({ redis, replicas: () => config.settings.redis.replicas })
  const stopping = new AbortController()
  const ending = new AbortController()
  const fetcher = createFetcher(() => config.settings.crawl)
  const poster = createPoster(() => config.settings.crawl)
  const origin = createOrigin({ redis, keys })
  const services = createContainer({
    config: () => config,
    origin: origin.current,
    ...{ redis, keys, keeper, queues, fetcher, poster, now, log },
    signal: stopping.signal,
    ending: ending.signal,
  })
  const glance = createSummaryCache({ redis, keys, catalogue: services.sources.list, now })
  const samples = createSamples({ redis, keys })
  const memory = () => config.settings.articles.memory
  const watched = { ...{ redis, keys, queues, glance, memory, now }, sources: services.sources, push: services.push }
  const gauges = createMetrics({
    version,
    read: () => readForMonitoring(watched, services.publisher.names()),
    now,
  })
  const pulse = createHealthCheck(redis, ANSWER_WITHIN)
  const has = (role: Role) => roles.includes(role)

  /** Makes what is scheduled, subscribed and published of the configuration fit it. */
  const takeUp = async (said: string, more: object = {}): Promise<void> => {
    await services.publisher.publishSections()
    const { added, removed } = await services.sources.sync()
    const push = await services.push.reconcile()
    for (const problem of services.catalogue.overlay().problems) log.warn(problem)
    for (const source of shadowed(config.sources, services.catalogue.overlay()))
      log.info({ source }, 'added in the terminal, and now in sources.yaml: the file counts')
    log.info({ sources: services.sources.list().length, added, removed, push, ...more }, said)
  }
  const beat = async (): Promise<void> => {
    const at = now()
    await Promise.all([
      redis
        .multi()
        .hset(keys.daemon(id), {
          id,
          roles: roles.join(','),
          host: hostname(),
          pid: process.pid,
          beatAt: at,
          schema: SCHEMA,
        })
        .pexpire(keys.daemon(id), BEAT * 3)
        .exec(),
      redis.zadd(keys.daemons(), at, id),
      redis.zremrangebyscore(keys.daemons(), '-inf', at - DAEMONS_SWEPT),
    ])
  }
  let admin: AdminServer | null = null
  const footing = createFoundation({
    ...{ redis, keys, origin, takeUp, log },
    catalogue: services.catalogue,
    isScheduler: has('scheduler'),
    onNewOrigin: async () => {
      await beat()
      const link = await admin?.admitFirst()
      if (link) log.info(`Set the admin's password once at ${link}`)
    },
  })
  const probes = createProbes({ pulse, gauges, missing: footing.missing })

  // Before anything is read that an older version may have written. A Redis whose disk is full refuses even a PING.
  await retryUntilWritable(log, async () => {
    await redis.ping()
    await origin.begin(await migrateOnStart(redis, keys, log))
  })
  await clock.set()
  await services.catalogue.refresh()
  await retryUntilWritable(log, () => (has('scheduler') ? footing.take('sources') : footing.look()))

  const work = <Definition extends (typeof jobs)[keyof typeof jobs]>(
    definition: Definition,
    concurrency: () => number,
  ) =>
    // One signature serves all three: a worker only passes a definition's own data on to it.
    workers.push(
      startWorker(definition as (typeof jobs)['publish'], {
        connection: bull,
        keys,
        concurrency,
        services: { ...services.context, ingested: gauges.ingested },
        log,
        // BullMQ goes by the machine's own clock; what is put off for the future is put off by the one all share.
        now: given ? Date.now : clock.now,
        ...(tracing ? { telemetry: tracing.telemetry } : {}),
        onEnd: gauges.jobEnded,
      }),
    )
  if (has('crawl')) {
    work(jobs.crawl, () => config.settings.crawl.concurrency)
    work(jobs.push, () => HUBS_AT_ONCE)
  }
  if (has('articles')) work(jobs.articles, () => config.settings.articles.concurrency)
  if (has('publish')) work(jobs.publish, () => LISTS_AT_ONCE)

  const counter = has('events')
    ? createEventCounter({
        redis,
        blocking: connect('events', { pipelined: false }),
        keys,
        archive: services.articleStore,
        settings: () => config.settings.events,
        now,
        consumer: id,
        log,
        onRead: async reads => {
          await Promise.all([services.lists.visitors.note(reads), services.lists.coReads.note(reads)])
        },
      }).run(ending.signal)
    : Promise.resolve()

  const rightParts = { redis, keys, queues, redate: services.redate, now, log }
  const rightWhenSetBack = createClockCorrection(rightParts)
  await retryUntilWritable(log, async () => {
    await beat()
    if (has('scheduler')) await correctClock(rightParts)
  })
  const heart = setInterval(() => {
    if (redis.status === 'ready')
      Promise.all([beat(), clock.set().then(has('scheduler') ? rightWhenSetBack : undefined)]).catch((error: unknown) =>
        log.debug({ err: error }, 'no beat'),
      )
  }, BEAT)

  const levels = createLogLevels({ redis, keys, now })
  // A log that was made with another level than the configured one, as in the demo, keeps it.
  const isLevelOurs = log.level === config.settings.log.level
  let looking: Promise<unknown> = Promise.resolve()
  /** The level this process logs at, as configured or as somebody asked for a while. */
  const takeUpLevel = async (): Promise<void> => {
    const level = levelFor(await levels.read(), id, config.settings.log.level, now())
    if (log.level === level) return
    log.level = level
    log.warn({ level }, 'the log level was changed')
  }
  const look = async (): Promise<void> => {
    if (isLevelOurs) await takeUpLevel()
    await footing.look()
  }
  const watch = setInterval(() => {
    if (redis.status !== 'ready') return
    looking = looking
      .then(look)
      .catch((error: unknown) =>
        log.warn({ err: error }, 'what stands in Redis could not be looked at, or not be mended; tried again'),
      )
  }, LOOK)

  const queueDue = createCrawlDue({ queues, sources: services.sources, network: services.outageDetector, now })
  const schedule = () =>
    has('scheduler')
      ? startSchedule(
          [
            {
              name: 'crawl-due',
              every: config.settings.crawl.tick,
              run: async signal => {
                await queueDue(config.settings.crawl.tick, signal)
              },
            },
            {
              name: 'share-budget',
              every: 60_000,
              run: async () => {
                const price = await services.sources.rebalanceBudget()
                if (price !== null) log.debug({ price: Math.round(price) }, 'budget shared out')
              },
            },
            {
              name: 'push-due',
              every: PUSH_TICK,
              run: async () => {
                const due = await services.push.claimDue(CLAIM)
                if (due.length > 0) await addPushes(queues, due)
              },
            },
            {
              name: 'push-reconcile',
              every: RECONCILE_TICK,
              run: async () => {
                await services.push.reconcile()
              },
            },
            {
              name: 'make-room',
              every: ROOM_TICK,
              run: async () => {
                await services.evictor.run()
              },
            },
            {
              name: 'sample',
              every: 60_000,
              run: async () => samples.keep(await readSample(watched, services.publisher.names())),
            },
            {
              name: 'refresh-lists',
              every: config.settings.lists.refresh,
              run: async () => {
                await services.publisher.refreshExpiry()
                await services.edits.follow()
                await services.context.publishing.lists(services.publisher.names(), true)
              },
            },
          ],
          { redis, keys, daemonId: id, log },
        )
      : async () => undefined
  let stopSchedule = schedule()

  if (has('admin')) {
    // The first look reads every source: nobody needs to wait for it before a page.
    glance().catch((error: unknown) => log.warn({ err: error }, 'the sources could not be looked at yet'))
    admin = await startAdminUi({
      ...{ redis, keys, queues, services, glance, samples, levels, probes, pulse, log, now },
      onRefused: gauges.refused,
      config: () => config,
      status: () => readSummary(watched),
    })
  }
  const http =
    has('http') && config.settings.http.port >= 0
      ? await startHttp({
          settings: () => config.settings.http,
          routes: [
            {
              path: '/v1/events',
              router: eventsRoute({
                ...{ redis, keys, now },
                settings: () => config.settings.http,
                most: () => config.settings.events.most,
                keeper,
              }),
            },
            { path: '/v1/lists', router: listsRoute({ redis, keys, names: () => services.publisher.names() }) },
            {
              path: '/v1/updates',
              router: updatesRoute({
                ...{ redis, keys, signal: ending.signal },
                settings: () => config.settings.http,
                blocking: connect('updates', { pipelined: false }),
                onError: error => log.warn({ err: error }, 'updates could not be read; trying again'),
              }),
            },
          ],
          ...{ pulse, log },
        })
      : null
  const { metrics } = config.settings
  const probeServer = metrics.port === null ? null : await serveProbes({ ...metrics, port: metrics.port }, probes)
  const reached = {
    ...(admin ? { admin: admin.url } : {}),
    ...(http ? { http: http.url } : {}),
    ...(probeServer ? { metrics: `${probeServer.url}/metrics` } : {}),
  }
  log.info({ id, roles, redis: server.origin, ...reached }, 'newsdesk runs')

  let reloading: Promise<void> = Promise.resolve()
  const takeUpConfig = async (next: Config): Promise<void> => {
    const { crawl, lists } = config.settings
    const { config: inForce, taken, waiting } = reloaded(initial, config, next)
    config = inForce
    for (const worker of workers) worker.adjust()
    if (crawl.tick !== config.settings.crawl.tick || lists.refresh !== config.settings.lists.refresh) {
      await stopSchedule()
      if (!ending.signal.aborted) stopSchedule = schedule()
    }
    for (const setting of waiting) log.warn({ setting }, 'this setting counts at the next start')
    if (has('scheduler')) await footing.take('configuration reloaded', { changed: taken })
    else log.info({ changed: taken }, 'configuration reloaded')
  }

  return {
    id,
    adminUrl: admin?.url ?? null,
    metricsUrl: probeServer?.url ?? null,
    httpUrl: http?.url ?? null,
    setupUrl: admin?.setupUrl ?? null,
    async reload(next) {
      reloading = reloading.catch(() => undefined).then(() => takeUpConfig(next))
      await reloading
    },
    async stop() {
      ending.abort()
      const finished = Promise.allSettled([
        ...[stopSchedule(), admin?.close(), http?.close(), probeServer?.close(), counter],
        ...workers.map(worker => worker.finish()),
      ])
      if (!(await within(finished, config.settings.shutdown))) {
        log.warn({ ms: config.settings.shutdown }, 'jobs in hand did not finish in time; others will take them up')
        stopping.abort()
        await within(Promise.all(workers.map(worker => worker.abandon())), LETTING_GO)
      }
      clearInterval(heart)
      clearInterval(watch)
      await within(looking, LETTING_GO)
      // Where Redis takes nothing, what is known of this daemon expires by itself.
      if (redis.status === 'ready')
        await within(Promise.all([redis.del(keys.daemon(id)), redis.zrem(keys.daemons(), id)]), LETTING_GO)
      await Promise.all([fetcher.close(), poster.close()])
      await within(Promise.all(Object.values(queues).map(queue => queue.close())), LETTING_GO)
      await tracing?.stop()
      for (const connection of connections) connection.disconnect()
      log.info({ id }, 'newsdesk stopped')
    },
  }
}

/** @returns whether the work was done in time; work that fails counts as done: it is the end that matters */
const within = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const done = await Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    late,
  ])
  clearTimeout(timer)
  return done
}

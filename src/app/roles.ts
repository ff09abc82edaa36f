/** Starts what the roles of a process need, in order of dependency. */

import type { Settings } from '../config/schema.ts'
import { createEventCounter } from '../events/counter.ts'
import { correctClock, createClockCorrection } from '../maintenance/correct-clock.ts'
import { createFoundation } from '../maintenance/ensure-foundation.ts'
import { migrateOnStart } from '../maintenance/migrate-on-start.ts'
import { readServers } from '../redis/servers.ts'
import { createOutageLog } from '../redis/transient-error.ts'
import { firstAnswer } from '../redis/write-rejected.ts'
import { retryUntilWritable } from '../redis/write-watch.ts'
import { createProbes, type Probes } from '../server/probes.ts'
import { createLogLevels, type LogLevels } from '../use-cases/log-levels.ts'
import { readSummary } from '../use-cases/status.ts'
import { applyConfiguration } from './apply-configuration.ts'
import { createHeartbeat } from './heartbeat.ts'
import type { Process } from './process.ts'
import { reportRedis } from './report-redis.ts'
import { startTicks } from './schedule.ts'
import { startSelfCheck } from './self-check.ts'
import { type RunningServers, startServers } from './servers.ts'
import { startWatch } from './watch.ts'
import { startWorkers } from './workers.ts'

export interface RunningRoles {
  readonly servers: RunningServers
  /** Adjusts to a reloaded configuration. @param changed the settings that took effect, for the log */
  followConfiguration(before: Settings, changed: readonly string[]): Promise<void>
  /** Tells the status that a changed configuration is wrong. */
  rejectConfiguration(problems: readonly string[]): void
}

/** Starts counting events; a running batch is finished before the process ends. */
const startCounter = ({
  id,
  settings,
  redis,
  keys,
  lifecycle,
  container,
  writes,
  log,
  now,
  connect,
  metrics,
}: Process): void => {
  const { lists, articleStore } = container
  const counter = createEventCounter({
    ...{ redis, keys, archive: articleStore, consumer: id, writes, log, now },
    blocking: connect('events', { pipelined: false }),
    settings: () => settings().events,
    onCounted: metrics.eventsCounted,
    onRead: async reads => {
      await Promise.all([lists.visitors.note(reads), lists.coReads.note(reads)])
    },
  }).run(lifecycle.stopping)
  lifecycle.finishFirst({ finish: () => counter })
}

const startProcessServers = (process: Process, probes: Probes, levels: LogLevels): Promise<RunningServers> => {
  const { redis, keys, queues, container, context, config, samples, pulse, summaries, metrics, log, now } = process
  return startServers({
    ...{ ...process, probes },
    onStreams: count => metrics.streams('http', count),
    startAdmin: async () =>
      (await import('./admin.ts')).startAdminUi({
        ...{ redis, keys, queues, container, context, config, samples, levels, probes, pulse, log, now },
        readSummaries: summaries,
        onRefused: metrics.refused,
        onStreams: count => metrics.streams('admin', count),
        status: () => readSummary(process.observed),
      }),
  })
}

export const startRoles = async (process: Process): Promise<RunningRoles> => {
  const { id, roles, has, config, settings, redis, keys, queues, lifecycle, clock, container, writes, log, now } =
    process
  const { catalogue } = container
  const store = { redis, keys }
  const correction = { ...store, queues, redate: container.redate, now, log }
  const correctWhenSetBack = createClockCorrection(correction)
  let rejectedConfig = ''
  const heartbeat = createHeartbeat({
    ...{ ...store, id, roles, clock, writes, log, now },
    rejectedConfig: () => rejectedConfig,
    onClockSet: () => (has('scheduler') ? correctWhenSetBack() : undefined),
  })
  let servers: RunningServers | null = null
  const foundation = createFoundation({
    ...{ ...store, dataSet: process.dataSet, catalogue, log },
    isScheduler: has('scheduler'),
    takeUp: said => applyConfiguration(container, config().sources, log, said),
    onNewDataSet: async () => {
      await heartbeat.beat()
      const link = await servers?.admin?.admitFirst()
      if (link) log.info({ event: 'admin.set_up_link' }, `Set the admin's password once at ${link}`)
    },
  })

  // Migrate before anything is read that an older version may have written. A Redis whose disk is full refuses even a
  // PING.
  await retryUntilWritable(writes, async () => {
    await firstAnswer(redis, process.redisAddress, log)
    reportRedis(await readServers(redis), log)
    await process.dataSet.begin(await migrateOnStart(redis, keys, log))
  })
  await clock.set()
  await Promise.all([catalogue.refresh(), container.itemRules.refresh()])
  await retryUntilWritable(writes, () => (has('scheduler') ? foundation.take('newsdesk started') : foundation.look()))

  const workers = startWorkers({
    ...{ has, settings, keys, writes, log, connection: process.bull, now: process.sharedClock },
    context: { ...process.context, ingested: process.metrics.ingested },
    telemetry: process.tracing?.telemetry,
    onEnd: process.metrics.jobEnded,
  })
  for (const worker of workers) lifecycle.finishFirst(worker)
  // What is decided while the process stops is in the log.
  if (has('articles')) lifecycle.finishFirst({ finish: () => container.stories.save() })
  if (has('events')) startCounter(process)

  await retryUntilWritable(writes, async () => {
    await heartbeat.beat()
    if (has('scheduler')) await correctClock(correction)
  })
  lifecycle.closeLast(heartbeat.start())
  const levels = createLogLevels({ ...store, now })
  const configuredLevel = () => settings().log.level
  const { itemRules } = container
  lifecycle.closeLast(startWatch({ redis, foundation, itemRules, levels, daemonId: id, configuredLevel, log, now }))

  if (has('publish'))
    lifecycle.closeLast(
      startSelfCheck({ redis, checkNext: container.lists.checkNext, onChecked: process.metrics.selfChecked, log }),
    )

  const schedule = startTicks(process)

  const probes = createProbes({
    ...{ pulse: process.pulse, gauges: process.metrics, missing: foundation.missing, rejection: writes.rejection },
    servesReaders: has('http') && settings().http.port >= 0,
  })
  // The first summary reads every source: start now, so that no page waits for it.
  if (has('admin'))
    process
      .summaries()
      .catch((error: unknown) =>
        createOutageLog(log)(error, { event: 'admin.sources_unread' }, 'the sources could not be read yet'),
      )
  servers = await startProcessServers(process, probes, levels)
  const logError = createOutageLog(log)
  /** Otherwise the status would tell of it with the next heartbeat only. */
  const tellStatus = (rejected: string): void => {
    rejectedConfig = rejected
    heartbeat.beat().catch((error: unknown) => logError(error, { event: 'daemon.heartbeat_failed' }, 'not reported'))
  }
  return {
    servers,
    rejectConfiguration: ([first = '', ...others]) =>
      tellStatus(others.length === 0 ? first : `${first} (and ${others.length} more)`),
    async followConfiguration(before, changed) {
      if (rejectedConfig !== '') tellStatus('')
      for (const worker of workers) worker.adjust()
      await schedule.follow(before)
      if (has('scheduler')) await foundation.take('the configuration was reloaded')
      log.info({ event: 'config.reloaded', changed }, 'configuration reloaded')
    },
  }
}

/** What may go wrong, how it is brought about and ended, and what an operator must be told of it. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { openQueues } from '../../src/queues/open-queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import type { Stage } from './stage.ts'

/** What each surface must say while a condition lasts; null where it has nothing to say about it. */
export interface Expected {
  /** `newsdesk status`, which then exits with 1. */
  readonly status: RegExp
  /** Exit code of `newsdesk status --check`. */
  readonly check: 0 | 1 | 2 | 3
  /** `newsdesk doctor`, and its exit code. */
  readonly doctor: readonly [RegExp, 0 | 1 | 2] | null
  /** `/readyz`: 503, or 200 if the pattern is null. */
  readonly ready: RegExp | null
  /** A series of `/metrics`, and its value. */
  readonly metric: readonly [string, number | ((value: number) => boolean)] | null
  /** The overview of the admin UI, and the status code of its answer. */
  readonly overview: readonly [RegExp, 0 | 200 | 503] | null
  /** The events that the log has as it begins and as it ends. */
  readonly log: readonly [begins: string | null, ends: string | null]
}

export interface Condition {
  readonly id: string
  /** As the subject of a sentence: "Redis is full". */
  readonly name: string
  /** In the short form, too; tests/faults/rejected-writes.test.ts has most of those of Redis. */
  readonly isShort?: true
  begin(stage: Stage): Promise<unknown>
  end(stage: Stage): Promise<unknown>
  readonly expected: Expected
}

const DAY = 86_400_000

const rejects = (
  code: string,
  says: RegExp,
): Pick<Expected, 'status' | 'doctor' | 'ready' | 'overview' | 'metric'> => ({
  ...{ status: says, doctor: [says, 1], ready: says, overview: [says, 200] },
  metric: [`newsdesk_redis_writes_rejected{code="${code}"}`, 1],
})

const WITHOUT_REDIS: Expected = {
  status: /Redis at redis:\/\/127\.0\.0\.1:\d+ does not answer/,
  check: 3,
  doctor: [/✗ Redis: Redis at redis:\/\/127\.0\.0\.1:\d+ does not answer/, 1],
  ready: /Redis does not answer/,
  metric: ['newsdesk_redis_up', 0],
  overview: [/Redis does not answer/, 503],
  log: ['redis.away', 'redis.back'],
}

const withQueues = async <T>(
  { redis, prefix }: Stage,
  work: (queues: ReturnType<typeof openQueues>) => Promise<T>,
): Promise<T> => {
  const queues = openQueues(redis, keysFor(prefix))
  try {
    return await work(queues)
  } finally {
    await Promise.all(Object.values(queues).map(queue => queue.close()))
  }
}

const reload = async (stage: Stage, some: Parameters<Stage['configure']>[0] = {}): Promise<void> => {
  stage.configure(some)
  stage.daemon().signal('SIGHUP')
}

const OF_REDIS: readonly Condition[] = [
  {
    ...{ id: 'full', name: 'Redis is full' },
    begin: ({ redis }) => redis.config('SET', 'maxmemory', '1mb'),
    end: ({ redis }) => redis.config('SET', 'maxmemory', '0'),
    expected: {
      ...rejects('OOM', /Redis rejects writes: OOM, \S+ MB of 1\.0 MB/),
      ...{ check: 2, log: ['redis.rejects_writes', 'redis.accepts_writes'] },
    },
  },
  {
    ...{ id: 'read-only', name: 'Redis became a read-only replica' },
    begin: ({ redis }) => redis.replicaof('127.0.0.1', 1),
    end: ({ redis }) => redis.replicaof('NO', 'ONE'),
    expected: {
      ...rejects('READONLY', /Redis rejects writes: READONLY, it is a replica of 127\.0\.0\.1:1/),
      ...{ check: 2, log: ['redis.rejects_writes', 'redis.accepts_writes'] },
    },
  },
  {
    ...{ id: 'no-replicas', name: 'Redis lacks the replicas that it needs' },
    begin: ({ redis }) => redis.config('SET', 'min-replicas-to-write', '1'),
    end: ({ redis }) => redis.config('SET', 'min-replicas-to-write', '0'),
    expected: {
      ...rejects('NOREPLICAS', /Redis rejects writes: NOREPLICAS, 0 replicas are connected/),
      ...{ check: 2, log: ['redis.rejects_writes', 'redis.accepts_writes'] },
    },
  },
  {
    ...{ id: 'disk-full', name: 'the disk of Redis is full' },
    begin: ({ server }) => server.fillDisk(),
    end: ({ server }) => server.freeDisk(),
    expected: {
      ...rejects('MISCONF', /Redis rejects writes: MISCONF, it cannot write its data to disk/),
      ...{ check: 2, log: ['redis.rejects_writes', 'redis.accepts_writes'] },
    },
  },
  {
    ...{ id: 'busy', name: 'Redis runs a script that does not end' },
    async begin({ redis }) {
      await redis.config('SET', 'lua-time-limit', '100')
      const endless = redis.duplicate()
      endless.on('error', () => undefined)
      endless
        .eval('while true do end', 0)
        .catch(() => undefined) // it is ended below
        .finally(() => endless.disconnect())
    },
    end: ({ redis }) => redis.script('KILL'),
    expected: {
      ...rejects('BUSY', /Redis rejects writes: BUSY, it runs a script that does not end/),
      overview: [/Redis rejects writes: BUSY, it runs a script that does not end/, 503],
      ...{ check: 2, log: ['redis.rejects_writes', 'redis.accepts_writes'] },
    },
  },
  {
    ...{ id: 'killed', name: 'Redis is gone', isShort: true },
    async begin({ server }) {
      server.signal('SIGKILL')
      await server.gone()
    },
    end: ({ server }) => server.start(),
    expected: WITHOUT_REDIS,
  },
  {
    ...{ id: 'frozen', name: 'Redis takes connections and says nothing' },
    begin: async ({ server }) => server.signal('SIGSTOP'),
    end: async ({ server }) => server.signal('SIGCONT'),
    expected: { ...WITHOUT_REDIS, log: ['redis.silent', 'redis.answers'] },
  },
  {
    ...{ id: 'replicas', name: 'Redis has fewer replicas than redis.replicas' },
    async begin(stage) {
      const { log } = stage.daemon()
      const from = log.length
      await reload(stage, { replicas: 1 })
      while (!log.slice(from).some(({ event }) => event === 'config.reloaded')) await delay(20)
      stage.publishers.publish()
    },
    end: stage => reload(stage),
    expected: {
      status: /redis\.replicas is 1, but a master has only 0, so that no write is confirmed and nothing is ingested/,
      check: 2,
      doctor: [/✗ Replicas: redis\.replicas is 1, but a master has only 0: newsdesk ingests nothing/, 1],
      ready: null,
      metric: ['newsdesk_redis_replicas_lacking', 1],
      overview: [/redis\.replicas is 1, but a master has only 0/, 200],
      log: ['redis.interrupted', null],
    },
  },
  {
    ...{ id: 'evicts', name: 'Redis may evict keys (allkeys-lru)', isShort: true },
    begin: ({ redis }) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'),
    end: ({ redis }) => redis.config('SET', 'maxmemory-policy', 'noeviction'),
    expected: {
      status: /Redis evicts keys \(maxmemory-policy allkeys-lru\): set it to noeviction/,
      check: 2,
      doctor: [/✗ Eviction: maxmemory-policy allkeys-lru/, 1],
      ready: null,
      metric: ['newsdesk_redis_evicts', 1],
      overview: [/Redis evicts keys \(maxmemory-policy allkeys-lru\)/, 200],
      log: [null, null],
    },
  },
]

const OF_DATA: readonly Condition[] = [
  {
    ...{ id: 'foreign', name: 'another program listens on the port of Redis' },
    async begin({ server }) {
      server.signal('SIGKILL')
      await server.gone()
      foreign = createServer((_request, response) => response.end('hello')).listen(server.port, '127.0.0.1')
      await once(foreign, 'listening')
    },
    async end({ server }) {
      foreign?.close()
      foreign?.closeAllConnections()
      await server.start()
    },
    expected: {
      status: /what listens there speaks no Redis: correct the host and port in redis\.url/,
      check: 3,
      doctor: [/✗ Redis: .*what listens there speaks no Redis/, 1],
      ready: /Redis does not answer/,
      metric: ['newsdesk_redis_up', 0],
      overview: [/Redis does not answer/, 503],
      log: ['redis.refused', 'redis.back'],
    },
  },
  {
    ...{ id: 'emptied', name: 'Redis was emptied, and no scheduler runs' },
    async begin(stage) {
      await stage.restart('crawl,articles,publish,events,admin')
      await stage.redis.flushall()
    },
    end: async stage => stage.restart(),
    expected: {
      status: /no daemon has the roles scheduler/,
      check: 2,
      doctor: null,
      ready: /Redis came back without what newsdesk needs/,
      metric: null,
      // Users are gone, too, until the scheduler is there.
      overview: null,
      log: ['redis.emptied', null],
    },
  },
  {
    ...{ id: 'wrong-type', name: 'another program wrote a key of newsdesk' },
    async begin({ redis, prefix }) {
      await redis.multi().del(keysFor(prefix).due()).set(keysFor(prefix).due(), 'mine').exec()
    },
    end: ({ redis, prefix }) => redis.del(keysFor(prefix).due()),
    expected: {
      status: /Redis answered to ZCARD gameday:\S+: WRONGTYPE/,
      check: 2,
      doctor: [/another program uses a key of newsdesk: look at it \(redis-cli TYPE gameday:/, 1],
      ready: /Redis answered to ZCARD gameday:\S+: WRONGTYPE/,
      metric: ['newsdesk_redis_up', 0],
      overview: [/another program uses a key of newsdesk/, 503],
      log: ['tick.failed', null],
    },
  },
  {
    ...{ id: 'wrong-type-queue', name: 'another program wrote a key of a queue' },
    begin: stage =>
      withQueues(stage, async ({ publish }) => {
        const key = publish.toKey('wait')
        await stage.redis.multi().del(key).set(key, 'mine').exec()
      }),
    end: stage => withQueues(stage, ({ publish }) => stage.redis.del(publish.toKey('wait'))),
    expected: {
      status: /WRONGTYPE/,
      check: 2,
      doctor: null,
      ready: null,
      metric: ['newsdesk_redis_up', 0],
      overview: [/WRONGTYPE/, 503],
      log: ['worker.failed', null],
    },
  },
]

let foreign: Server | undefined

const OF_DAEMONS: readonly Condition[] = [
  {
    ...{ id: 'no-daemon', name: 'no daemon runs' },
    begin: stage => stage.daemon().stop(),
    end: stage => stage.restart(),
    expected: {
      status: /no newsdesk daemon runs on this Redis: start one/,
      ...{ check: 2, doctor: null, ready: /fetch failed/, metric: null, overview: [/fetch failed/, 0] },
      log: ['daemon.stopped', null],
    },
  },
  {
    ...{ id: 'no-worker', name: 'a queue has no worker' },
    begin: stage => stage.restart('scheduler,crawl,articles,events,admin'),
    end: stage => stage.startBeside('publish'),
    expected: {
      status: /the queue publish has no worker, \d+ jobs? waits? in it: start a daemon with the role publish/,
      ...{
        check: 2,
        doctor: null,
        ready: null,
        metric: ['newsdesk_queue_oldest_seconds{queue="publish"}', value => value > 0],
      },
      overview: [/the queue publish has no worker/, 200],
      log: ['daemon.running', null],
    },
  },
  {
    ...{ id: 'paused', name: 'a queue is paused', isShort: true },
    begin: stage => withQueues(stage, ({ crawl }) => crawl.pause()),
    end: stage => withQueues(stage, ({ crawl }) => crawl.resume()),
    expected: {
      status: /the queue crawl is paused, \d+ jobs? waits? in it: resume it in the admin UI/,
      ...{ check: 1, doctor: null, ready: null, metric: ['newsdesk_queue_paused{queue="crawl"}', 1] },
      overview: [/the queue crawl is paused/, 200],
      log: [null, null],
    },
  },
  {
    ...{ id: 'delayed', name: 'a job is delayed for more than a day' },
    begin: stage => withQueues(stage, ({ crawl }) => crawl.add('late', {}, { jobId: 'late', delay: 2 * DAY })),
    end: stage => withQueues(stage, ({ crawl }) => crawl.remove('late')),
    expected: {
      status: /1 jobs? of the queue crawl (are|is) delayed for more than a day/,
      ...{ check: 1, doctor: null, ready: null, metric: ['newsdesk_queue_delayed_beyond_day{queue="crawl"}', 1] },
      overview: [/delayed for more than a day/, 200],
      log: [null, null],
    },
  },
  {
    ...{ id: 'config', name: 'a changed configuration is wrong' },
    begin: stage => reload(stage, { settings: 'rolls: []' }),
    end: stage => reload(stage),
    expected: {
      status: /newsdesk\.yaml:\d+:\d+ rolls: /,
      check: 3,
      doctor: [/✗ Configuration: .*newsdesk\.yaml:\d+:\d+ rolls: /, 2],
      ...{
        ready: null,
        metric: ['newsdesk_config_rejected', 1],
        overview: [/the changed configuration is wrong, and \S+ goes on with the one before: .*rolls/, 200],
      },
      log: ['config.rejected', 'config.reloaded'],
    },
  },
]

const OF_SOURCES: readonly Condition[] = [
  {
    ...{ id: 'nothing', name: 'nothing is configured', isShort: true },
    begin: stage => reload(stage, { sources: false }),
    end: stage => reload(stage),
    expected: {
      status: /nothing is configured: without sources nothing is fetched/,
      ...{ check: 1, doctor: null, ready: null, metric: ['newsdesk_sources{state="fresh"}', 0] },
      overview: [/nothing is configured/, 200],
      log: ['config.reloaded', 'config.reloaded'],
    },
  },
  {
    ...{ id: 'failing', name: 'half of the sources fail', isShort: true },
    begin: async ({ publishers }) => publishers.fail(4),
    end: async ({ publishers }) => publishers.fail(0),
    expected: {
      status: /4 of 8 sources fail, paper-\d among them \(status\)/,
      ...{ check: 1, doctor: [/! Source paper-\d: status: /, 0], ready: null },
      metric: ['newsdesk_sources{state="failing"}', 4],
      overview: [/4 of 8 sources fail/, 200],
      log: ['crawl.failed', null],
    },
  },
  {
    ...{ id: 'network', name: 'our own network is down' },
    begin: ({ publishers }) => publishers.disconnect(),
    async end({ publishers, command }) {
      await publishers.reconnect()
      await command('crawl', 'paper-0')
    },
    expected: {
      status: /most domains cannot be reached: our own network seems to be down/,
      ...{ check: 2, doctor: [/! Source paper-\d: refused: /, 0], ready: null, metric: ['newsdesk_network_down', 1] },
      overview: [/our own network seems to be down/, 200],
      log: ['network.changed', 'network.changed'],
    },
  },
]

export const CONDITIONS: readonly Condition[] = [...OF_SOURCES, ...OF_DAEMONS, ...OF_REDIS, ...OF_DATA]

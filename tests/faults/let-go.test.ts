/** Daemons that let go of what they have in hand, and jobs put off by a machine whose clock is off: found by the fault run, seeds 37 to 49. */

import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineJob } from '../../jobs/define.ts'
import { startWorker, type WorkerParts } from '../../jobs/worker.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { aConfigFolder, type Cli, cli, endAll, redisUrl } from '../support/cli.ts'
import { startFaultyRedis } from '../support/faults/redis.ts'
import { aFolder } from '../support/folder.ts'
import { serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const { keys, connect } = testRedis()
const HOUR = 3_600_000

const codeOf = async ({ ended }: Cli) => {
  let code: number | NodeJS.Signals | null = null
  void ended.then(end => {
    code = end
  })
  return until(
    () => code,
    seen => seen !== null,
    { timeout: 20_000 },
  )
}

describe('a daemon that is stopped during a slow crawl', () => {
  endAll()
  const closing: (() => unknown)[] = []
  afterAll(async () => {
    for (const close of closing) await close()
  })

  const aDaemon = async (url: string) => {
    const silence = await serve(() => undefined)
    const folder = aConfigFolder({
      settings: `redis: { url: '${url}', prefix: ${keys.prefix}-end }
shutdown: 1s
crawl: { tick: 1s, startInterval: 1s, hostGap: 0ms, allow: [127.0.0.0/8], totalTimeout: 10m, headersTimeout: 10m }
`,
      sources: `sources:\n  - { id: silent, name: Silent, url: '${silence.url}', section: world }\n`,
    })
    const daemon = cli(['start', '--config', folder.dir])
    await until(() => silence.requests.length > 0)
    return daemon
  }

  it('a daemon that is stopped during a slow crawl abandons it after the shutdown time, and its process exits', async () => {
    const daemon = await aDaemon(redisUrl())
    daemon.child.kill('SIGTERM')
    await daemon.says(/did not finish in time/)
    expect(await codeOf(daemon)).toBe(0)
  })

  it('a daemon that is stopped during a slow crawl exits even if Redis is suspended', async () => {
    const own = await startFaultyRedis(aFolder('let-go'), 'everysec')
    closing.push(() => own.stop())
    const daemon = await aDaemon(`redis://127.0.0.1:${own.port}`)
    own.signal('SIGSTOP')
    daemon.child.kill('SIGTERM')
    await daemon.says(/newsdesk stopped/)
    expect(await codeOf(daemon)).toBe(0)
  })
})

describe('a daemon whose start fails half-way', () => {
  endAll()

  it('a daemon whose start fails half-way exits, whatever has begun by then, and stops its own Redis', async () => {
    const taken = await serve(() => undefined)
    const { port } = new URL(taken.url)
    const dataDir = aFolder('half-way')
    const folder = aConfigFolder({ settings: `redis: { dataDir: ${dataDir} }\nadmin: { port: ${port} }\n` })
    const daemon = cli(['start', '--config', folder.dir])
    expect(await codeOf(daemon)).toBe(1)
    expect(daemon.out() + daemon.err()).toContain(`cannot listen on 127.0.0.1:${port}: another program uses it`)
    expect(readFileSync(join(dataDir, 'redis.log'), 'utf8')).toMatch(/bye bye/)
  })
})

describe('a job put off on a machine whose clock is an hour ahead', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('a job delayed on a machine whose clock is an hour ahead runs at the right time by the shared clock, not an hour later', async () => {
    const real = Date.now
    const own = keysFor(`${keys.prefix}-ahead`)
    const isRight = new EventEmitter()
    let runs = 0
    const queue = { queue: 'crawl', version: 1, data: z.object({}), options: {}, title: () => 'put off' } as const
    const putOff = defineJob(queue, {
      async run(_, { job }) {
        runs += 1
        if (runs > 1) return 'done'
        try {
          return await job.postpone(200)
        } finally {
          // Somebody sets the clock right before the job's time has come.
          vi.restoreAllMocks()
          isRight.emit('set')
        }
      },
    })
    const queues = openQueues(connect(), own)
    const job = await queues.crawl.add('put off', {})
    vi.spyOn(Date, 'now').mockImplementation(() => real() + HOUR)
    const worker = startWorker(putOff, {
      ...{ connection: connect(), keys: own, concurrency: () => 1, log: pino({ level: 'silent' }), now: real },
      services: {} as WorkerParts['services'], // it uses none
    })
    // A deadline is set by a clock that is right.
    await once(isRight, 'set')
    await until(
      () => job.getState(),
      state => state === 'completed',
      { timeout: 10_000 },
    )
    expect(runs).toBe(2)
    await worker.finish()
    await Promise.all(Object.values(queues).map(queue => queue.close()))
  })
})

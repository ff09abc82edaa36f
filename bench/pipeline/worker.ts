/**
 * A contestant in a process of its own: `ours` or `naive`. Arguments: which, socket, prefix, port of the publishers,
 * number of feeds. It sends `ready`, takes `{ crawl: [first, count] }`, answers with what that cost (`Told` in
 * stage.ts), and ends at `{ stop: true }`. Arguments and messages must not change from one version to the next, since
 * `--against` runs the worker of another commit beside this one.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { parse } from 'yaml'
import { startDaemon } from '../../src/app/daemon.ts'
import { Settings } from '../../src/config/schema.ts'
import { Section } from '../../src/domain/section.ts'
import { Source, SourceId } from '../../src/domain/source.ts'
import { openQueues } from '../../src/queues/open-queues.ts'
import { addScheduledCrawls } from '../../src/queues/queues.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { startNaive } from '../naive/pipeline.ts'
import { flameGraph } from './flame.ts'

const [which = '', socket = '', prefix = '', port = '', count = '0'] = process.argv.slice(2)
const connect = () => new Redis({ path: socket, maxRetriesPerRequest: null })

// Every command this process sends, whoever sends it; what scripts call within Redis is not among them.
let commands = 0
const sent = new Map<string, number>()
const { sendCommand } = Redis.prototype
Redis.prototype.sendCommand = function (this: Redis, ...args) {
  commands += 1
  const [{ name }] = args
  sent.set(name, (sent.get(name) ?? 0) + 1)
  return sendCommand.apply(this, args)
}

interface Contestant {
  crawl(first: number, feeds: number): Promise<void>
  /** Jobs that wait or run. */
  open(): Promise<number>
  stop(): Promise<void>
}

const countOf = async (queues: readonly { getJobCounts(): Promise<Record<string, number>> }[]): Promise<number> => {
  const counts = await Promise.all(queues.map(queue => queue.getJobCounts()))
  return counts.reduce(
    (sum, { waiting = 0, active = 0, delayed = 0, prioritized = 0 }) => sum + waiting + active + delayed + prioritized,
    0,
  )
}

const ours = async (): Promise<Contestant> => {
  const taxonomy = (parse(readFileSync('config/sections.yaml', 'utf8')) as { sections: unknown[] }).sections.map(each =>
    Section.parse(each),
  )
  const queues = openQueues(connect(), keysFor(prefix))
  const daemon = await startDaemon({
    config: {
      settings: Settings.parse({
        redis: { prefix },
        crawl: { allow: ['127.0.0.0/8'], concurrency: 50, hostGap: '1ms' },
      }),
      sources: Array.from({ length: Number(count) }, (_, n) =>
        Source.parse({
          id: `paper-${n}`,
          name: `Paper ${n}`,
          url: `http://paper-${n}.localhost:${port}/${n}`,
          section: taxonomy[n % taxonomy.length]?.id,
        }),
      ),
      taxonomy,
      dir: 'config',
    },
    roles: ['crawl', 'articles', 'publish'],
    redis: { address: { socket }, origin: 'bench', stop: async () => undefined },
    log: pino({ level: 'silent' }),
  })
  return {
    async crawl(first, feeds) {
      await addScheduledCrawls(
        queues,
        Array.from({ length: feeds }, (_, n) => SourceId.parse(`paper-${first + n}`)),
      )
    },
    open: () => countOf([queues.crawl, queues.articles, queues.publish]),
    stop: () => daemon.stop(),
  }
}

const naive = async (): Promise<Contestant> => {
  const pipeline = startNaive({ redis: connect(), bull: connect(), prefix })
  return {
    crawl: (first, feeds) =>
      pipeline.crawl(
        Array.from({ length: feeds }, (_, n) => ({
          id: `paper-${first + n}`,
          url: `http://127.0.0.1:${port}/${first + n}`,
        })),
      ),
    open: () => countOf(pipeline.queues),
    stop: pipeline.close,
  }
}

// `BENCH_PROFILE=<folder>`: a CPU profile of each crawl, as Chromium's developer tools read it, and its flame graph.
const folder = process.env.BENCH_PROFILE
const profiler = folder ? new Session() : null
profiler?.connect()
await profiler?.post('Profiler.enable')
let profiles = 0

const contestant = await (which === 'ours' ? ours() : naive())
process.on('message', async (told: { crawl?: [first: number, feeds: number]; stop?: true }) => {
  if (told.stop) {
    await contestant.stop()
    process.exit(0)
  }
  if (!told.crawl) return
  const before = { cpu: process.cpuUsage(), commands, at: performance.now() }
  sent.clear()
  await profiler?.post('Profiler.start')
  await contestant.crawl(...told.crawl)
  let peak = 0
  // Twice nothing: between two queues a batch is in neither for a moment.
  for (let idle = 0; idle < 2; ) {
    peak = Math.max(peak, process.memoryUsage.rss())
    await new Promise(resolve => setTimeout(resolve, 50))
    idle = (await contestant.open()) === 0 ? idle + 1 : 0
  }
  if (profiler && folder) {
    const { profile } = await profiler.post('Profiler.stop')
    writeFileSync(join(folder, `${which}-${profiles}.cpuprofile`), JSON.stringify(profile))
    writeFileSync(join(folder, `${which}-${profiles}.svg`), flameGraph(profile, `${which}, crawl ${profiles}`))
    const byCount = [...sent].sort(([, a], [, b]) => b - a)
    writeFileSync(
      join(folder, `${which}-${profiles++}.sent.json`),
      JSON.stringify(Object.fromEntries(byCount), null, 1),
    )
  }
  const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6
  process.send?.({
    seconds: secondsOf(process.cpuUsage(before.cpu)),
    sinceStart: secondsOf(process.cpuUsage()),
    commands: commands - before.commands,
    ms: performance.now() - before.at,
    peak,
  })
})
// A benchmark that was broken off leaves no worker behind.
process.on('disconnect', () => process.exit(1))
process.send?.('ready')

/**
 * What more worker processes do: `npm run bench:scale`. One to four processes of the roles crawl, articles and publish
 * take in the same editions from publishers on loopback, all queued at once, over a Redis of their own. Prints articles a second, CPU seconds of the
 * workers and of Redis for 1,000 articles, and whether every article came once and the lists are whole. On a machine with two cores it shows
 * what sharing costs, not what more machines win.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SourceId } from '../src/domain/source.ts'
import { addScheduledCrawls, openQueues } from '../src/queues/queues.ts'
import { openRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'

const FEEDS = Number(process.env.BENCH_FEEDS ?? 100)
const ITEMS = Number(process.env.BENCH_ITEMS ?? 30)
const MOST = Number(process.env.BENCH_PROCESSES ?? 4)
const WITHIN = 180_000
const TICKS_A_SECOND = 100

/** Words that no two titles share, so that each article is a story of its own. */
const word = (n: number): string =>
  [...createHash('sha256').update(String(n)).digest().subarray(0, 10)]
    .map(byte => 'bcdfghjklmnpqrstvwxz'[byte % 20])
    .join('')
const titleOf = (feed: number, item: number): string => {
  const n = feed * ITEMS + item
  return `${word(n)} ${word(n + 500_000)} ${word(n + 1_100_000)} ${n}`
}
const body = (feed: number): string =>
  `<rss version="2.0"><channel><title>Courier ${feed}</title>${Array.from({ length: ITEMS }, (_, item) => {
    const title = titleOf(feed, item)
    const link = `https://courier${feed}.example/${item}`
    return `<item><title>${title}</title><link>${link}</link><guid>${link}</guid><pubDate>${new Date().toUTCString()}</pubDate><description>${title}, told at length.</description></item>`
  }).join('')}</channel></rss>`

const publishers = createServer((request, response) => response.end(body(Number(request.url?.slice(1)))))
publishers.listen(0, '127.0.0.1')
await once(publishers, 'listening')
const { port } = publishers.address() as AddressInfo

/** CPU seconds of a process so far. */
const cpuOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

const round = async (processes: number): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-scale-'))
  const server = await resolveRedis({ dataDir: join(dir, 'redis'), durable: false, say: () => undefined })
  const redis = openRedis(server.address, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  const socket = 'socket' in server.address ? server.address.socket : ''
  mkdirSync(join(dir, 'config'))
  const write = (name: string, text: string) => writeFileSync(join(dir, 'config', name), text)
  write(
    'newsdesk.yaml',
    `redis: { url: 'unix:${socket}' }\ncrawl: { hostGap: 0ms, allow: [127.0.0.0/8, '::1/128'] }\narticles: { candidates: 10000 }\nlists: { latest: 1000 }\n`,
  )
  write('sections.yaml', 'sections:\n  - id: world\n    labels: { en: World }\n')
  write(
    'sources.yaml',
    `sources:\n${Array.from({ length: FEEDS }, (_, feed) => `  - { id: courier${feed}, name: Courier ${feed}, url: 'http://courier${feed}.localhost:${port}/${feed}', section: world }\n`).join('')}`,
  )
  const start = async (roles: string): Promise<ChildProcess> => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts', '--config', join(dir, 'config'), 'start', '--roles', roles],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let said = ''
    await new Promise<void>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-10_000)
        if (said.includes('newsdesk runs')) resolve()
      })
      child.once('exit', code => reject(new Error(`ended with ${code}: ${said}`)))
    })
    return child
  }
  const workers = await Promise.all(Array.from({ length: processes }, () => start('crawl,articles,publish')))
  const infoOf = async (field: string) =>
    Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(await redis.info('cpu'))?.[1])
  const redisCpu = async () => (await infoOf('used_cpu_user')) + (await infoOf('used_cpu_sys'))
  const [before, redisBefore] = [workers.map(cpuOf), await redisCpu()]
  const began = performance.now()
  const keys = keysFor('newsdesk')
  const bull = redis.duplicate({ maxRetriesPerRequest: null })
  const queues = openQueues(bull, keys)
  // All at once, and not as the scheduler spreads them: what is measured is the work.
  await addScheduledCrawls(
    queues,
    Array.from({ length: FEEDS }, (_, feed) => SourceId.parse(`courier${feed}`)),
  )
  const wanted = FEEDS * ITEMS
  const expected = Math.min(wanted, 1_000)
  const latest = async () =>
    (await redis.lrange(keys.list('latest'), 0, -1)).map(entry => (JSON.parse(entry) as { title: string }).title)
  while ((await redis.zcard(keys.storyIndex())) < wanted || (await redis.llen(keys.list('latest'))) < expected) {
    if (performance.now() - began > WITHIN) break
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  const seconds = (performance.now() - began) / 1_000
  const cpu = workers.reduce((all, worker, index) => all + cpuOf(worker) - (before[index] ?? 0), 0)
  const ofRedis = (await redisCpu()) - redisBefore
  const [titles, stories] = [await latest(), await redis.zcard(keys.storyIndex())]
  const isWhole = stories === wanted && titles.length === expected && new Set(titles).size === expected
  console.log(
    `${processes} ${processes === 1 ? 'process' : 'processes'}: ${(wanted / seconds).toFixed(1)} articles/s; CPU s per 1,000: workers ${((cpu * 1_000) / wanted).toFixed(2)}, Redis ${((ofRedis * 1_000) / wanted).toFixed(2)}; ${
      isWhole
        ? 'every article once, lists whole'
        : `WRONG: ${stories} of ${wanted} articles, ${titles.length} of ${expected} entries, ${new Set(titles).size} different`
    }`,
  )
  if (!isWhole) process.exitCode = 1
  await Promise.all(
    workers.map(async child => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }),
  )
  await Promise.all(Object.values(queues).map(queue => queue.close()))
  bull.disconnect()
  redis.disconnect()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
}

console.log(`${FEEDS} feeds of ${ITEMS} items; from the first crawl queued to the last list`)
for (let processes = 1; processes <= MOST; processes += 1) await round(processes)
publishers.close()

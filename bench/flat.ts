/**
 * Whether costs stay flat as the archive and the catalogue grow: `npm run bench:flat [-- --articles 1000,10000,100000,1000000]
 * [--sources 100,1000,10000,50000] [--feeds 100] [--plot <file.svg>] [--json]`. A real worker takes in feeds on an archive that was filled
 * before; CPU seconds are those of worker and Redis together. A million articles need some 8 GB.
 */

import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { CrawlSettings } from '../src/config/sections/crawl.ts'
import { Source } from '../src/domain/source.ts'
import { keysFor } from '../src/redis/keys.ts'
import { createSources } from '../src/sources/store/sources.ts'
import { renderTable } from '../src/util/table.ts'
import { fillArchive } from './flat/fill.ts'
import { type Panel, plotPanels } from './flat/plot.ts'
import { openStage, type Stage } from './pipeline/stage.ts'
import { median, quantile } from './pipeline/statistics.ts'

const ITEMS = 30
/** Feeds whose two new items are followed into `latest`, one after another. */
const FOLLOWED = 20
const CLAIMED = 1_000
const PAGE = 500

const { values } = parseArgs({
  options: {
    articles: { type: 'string', default: '1000,10000,100000,1000000' },
    sources: { type: 'string', default: '100,1000,10000,50000' },
    feeds: { type: 'string', default: '100' },
    plot: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const sizesOf = (list: string): number[] =>
  list
    .split(',')
    .filter(Boolean)
    .map(Number)
    .sort((a, b) => a - b)
const FEEDS = Number(values.feeds)
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const sections = (parse(readFileSync('config/sections.yaml', 'utf8')) as { sections: { id: string }[] }).sections.map(
  ({ id }) => id,
)

interface AtArticles {
  readonly articles: number
  /** CPU ms an article: fetched, decided, stored, and in its lists. */
  readonly ingest: number
  readonly commands: number
  /** ms from asking for a feed to its new items in `latest`. */
  readonly visible: number
  readonly visibleP95: number
  /** KB of Redis an article, over all there are. */
  readonly kilobytes: number
  /** MB of the worker. */
  readonly resident: number
  /** Seconds from starting the worker to its first article. */
  readonly restart: number
}

const memory = async ({ redis }: Stage): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? Number.NaN)

/** @returns ms until what is read has changed */
const untilChanged = async ({ redis }: Stage, key: string, began: number, before: string): Promise<number> => {
  for (;;) {
    if ((await redis.lrange(key, 0, 19)).join() !== before) return performance.now() - began
    await delay(2)
  }
}

const atArticles = async (sizes: readonly number[]): Promise<AtArticles[]> => {
  const stage = await openStage()
  const rows: AtArticles[] = []
  const [prefix, now] = ['ours', Date.now()]
  const latest = keysFor(prefix).list('latest')
  const sources = sizes.length * FEEDS
  const empty = await memory(stage)
  let held = 0
  for (const [turn, size] of sizes.entries()) {
    let told = 0
    await fillArchive({
      ...{ redis: stage.redis, prefix, sections, from: held, to: size, now },
      say: done => {
        if (done - told < size / 10 && done < size) return
        told = done
        say(`filling to ${size} articles: ${done}`)
      },
    })
    const kilobytes = ((await memory(stage)) - empty) / size / 1_024
    const feeds = [turn * FEEDS, FEEDS] as const
    await stage.serve(feeds, 0, true)
    const began = performance.now()
    const worker: ChildProcess = await stage.startWorker('ours', sources, { prefix })
    await stage.crawl(worker, [feeds[0], 1])
    const restart = (performance.now() - began) / 1_000
    say(`taking in ${FEEDS} feeds among ${size} articles`)
    const cost = await stage.crawl(worker, [feeds[0] + 1, FEEDS - 1])
    await stage.serve(feeds, 1, true)
    const waits: number[] = []
    for (let feed = feeds[0]; feed < feeds[0] + Math.min(FOLLOWED, FEEDS); feed += 1) {
      await delay(300)
      const before = (await stage.redis.lrange(latest, 0, 19)).join()
      const changed = untilChanged(stage, latest, performance.now(), before)
      await stage.crawl(worker, [feed, 1])
      waits.push(await changed)
    }
    held = size
    rows.push({
      articles: size,
      ingest: ((cost.seconds + cost.redis) * 1_000) / ((FEEDS - 1) * ITEMS),
      commands: cost.commands / ((FEEDS - 1) * ITEMS),
      visible: median(waits),
      visibleP95: quantile(waits, 0.95),
      kilobytes,
      resident: cost.peak / 2 ** 20,
      restart,
    })
    await stage.stopWorker(worker)
  }
  await stage.close()
  return rows
}

interface AtSources {
  readonly sources: number
  /** CPU ms a poll answered 304. */
  readonly poll: number
  readonly commands: number
  /** ms of the tick that claims a thousand that are due. */
  readonly claim: number
  readonly resident: number
}

const atSources = async (size: number): Promise<AtSources> => {
  const stage = await openStage()
  const prefix = 'ours'
  const feeds = [0, Math.min(size, 3 * FEEDS)] as const
  const catalogue = Array.from({ length: size }, (_, n) =>
    Source.parse({ id: `paper-${n}`, name: `Paper ${n}`, url: `https://paper-${n}.example/${n}`, section: 'world' }),
  )
  say(`${size} sources`)
  let now = Date.now()
  const sources = createSources({
    ...{ redis: stage.redis, keys: keysFor(prefix), catalogue: () => catalogue, now: () => now },
    settings: () => CrawlSettings.parse({}),
  })
  await sources.sync()
  for (let from = 0; from < size; from += PAGE)
    await Promise.all(catalogue.slice(from, from + PAGE).map(({ id }) => sources.unchanged(id, null)))
  now += 30 * 86_400_000
  const claims: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now()
    const { length } = await sources.claimDue(CLAIMED)
    claims.push(((performance.now() - began) / Math.max(1, length)) * CLAIMED)
    now += 3_600_000
  }
  const worker = await stage.startWorker('ours', size, { prefix })
  await stage.serve(feeds, 0, true)
  await stage.crawl(worker, feeds)
  const costs = []
  for (let round = 0; round < 3; round += 1) {
    await delay(300)
    costs.push(await stage.crawl(worker, feeds))
  }
  await stage.stopWorker(worker)
  await stage.close()
  return {
    sources: size,
    poll: median(costs.map(({ seconds, redis }) => ((seconds + redis) * 1_000) / feeds[1])),
    commands: median(costs.map(({ commands }) => commands / feeds[1])),
    claim: median(claims),
    resident: Math.max(...costs.map(({ peak }) => peak)) / 2 ** 20,
  }
}

const articles = await atArticles(sizesOf(values.articles))
const sources: AtSources[] = []
for (const size of sizesOf(values.sources)) sources.push(await atSources(size))

const panel = <Row>(title: string, unit: string, rows: readonly Row[], x: keyof Row, y: keyof Row): Panel => ({
  ...{ title, unit },
  points: rows.map(row => ({ x: Number(row[x]), y: Number(row[y]) })),
})
if (values.plot)
  writeFileSync(
    values.plot,
    plotPanels([
      panel('CPU an article, by articles', 'ms', articles, 'articles', 'ingest'),
      panel('Feed asked to visible in latest', 'ms', articles, 'articles', 'visible'),
      panel('Redis an article', 'KB', articles, 'articles', 'kilobytes'),
      panel('Worker, by articles', 'MB', articles, 'articles', 'resident'),
      panel('Restart to first article', 's', articles, 'articles', 'restart'),
      panel('Commands an article', '', articles, 'articles', 'commands'),
      panel('CPU a poll (304), by sources', 'ms', sources, 'sources', 'poll'),
      panel('Tick: claim 1,000 due', 'ms', sources, 'sources', 'claim'),
      panel('Worker, by sources', 'MB', sources, 'sources', 'resident'),
    ]),
  )
if (values.json) console.log(JSON.stringify({ node: process.version, articles, sources }, null, 2))
else {
  const count = (value: number): string => value.toLocaleString('en')
  const column = <Row>(title: string, value: (row: Row) => string) => ({ title, value, align: 'right' as const })
  for (const line of renderTable(
    articles,
    [
      column('articles', row => count(row.articles)),
      column('CPU ms an article', row => row.ingest.toFixed(2)),
      column('commands', row => row.commands.toFixed(1)),
      column('visible, ms', row => row.visible.toFixed(0)),
      column('p95', row => row.visibleP95.toFixed(0)),
      column('Redis KB', row => row.kilobytes.toFixed(1)),
      column('worker MB', row => row.resident.toFixed(0)),
      column('restart, s', row => row.restart.toFixed(1)),
    ],
    120,
  ))
    console.log(line)
  for (const line of renderTable(
    sources,
    [
      column('sources', row => count(row.sources)),
      column('CPU ms a poll', row => row.poll.toFixed(2)),
      column('commands', row => row.commands.toFixed(1)),
      column('claim 1,000, ms', row => row.claim.toFixed(0)),
      column('worker MB', row => row.resident.toFixed(0)),
    ],
    120,
  ))
    console.log(line)
}

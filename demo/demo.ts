/**
 * `newsdesk demo`: starts a newsstand, a real Redis, the real daemon and simulated readers, and shows the front page
 * made of the published lists.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { parse } from 'yaml'
import { z } from 'zod'
import { startDaemon } from '../src/app/daemon.ts'
import { createLog } from '../src/app/log.ts'
import { terminationSignal } from '../src/app/signals.ts'
import { type Client, createClient, type Entry } from '../src/client/index.ts'
import type { Config } from '../src/config/load.ts'
import { Settings } from '../src/config/schema.ts'
import { Section } from '../src/domain/section.ts'
import { Source } from '../src/domain/source.ts'
import { LISTS } from '../src/lists/registry.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { type Keys, keysFor } from '../src/redis/keys.ts'
import { scanKeys } from '../src/redis/scan.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { packageRoot } from '../src/util/package-root.ts'
import { openScreen } from '../src/util/screen.ts'
import { seeded } from '../src/util/seeded-random.ts'
import { type FrontPage, renderFrontPage } from './front-page.ts'
import { type Newsstand, startNewsstand } from './publishers/newsstand.ts'
import { readPanels } from './reader.ts'
import { startReaders } from './readers.ts'

export interface DemoOptions {
  readonly once?: boolean
  readonly json?: boolean
  readonly seconds?: number
}

/** With --once, lists that are not published after this many ms count as missing. */
const DEADLINE = 50_000
const FRAME = 500
const TURN = 6_000
const RELATED_SHOWN = 5

export const demoConfig = (stand: Newsstand): Config => ({
  settings: Settings.parse({
    log: { level: 'warn' },
    stories: { snapshotFile: '' },
    crawl: {
      tick: '1s',
      minInterval: '2s',
      maxInterval: '10s',
      startInterval: '2s',
      hostGap: '0ms',
      allow: ['127.0.0.0/8'],
    },
    // The few invented articles have little in common; a visitor sees every panel filled.
    lists: { refresh: '2s', settle: '150ms', relatedMinEntries: RELATED_SHOWN },
    admin: { port: 0 },
  }),
  sources: z.array(Source).parse(stand.sources),
  taxonomy: z
    .object({ sections: z.array(Section) })
    .parse(parse(readFileSync(join(packageRoot, 'config/sections.yaml'), 'utf8'))).sections,
  dir: join(packageRoot, 'config'),
})

interface Running {
  readonly redis: Redis
  readonly keys: Keys
  readonly client: Client
  readonly stand: Newsstand
  readonly config: Config
  readonly adminUrl: string | null
  readonly setupUrl: string | null
  readonly reported: () => number
  /** Aborted when the demo receives a termination signal. */
  readonly terminated: AbortSignal
}

/** Exit code if the demo was terminated before it was done. */
const INTERRUPTED = 1

/** Starts everything, runs the work, and stops everything again, however the work ends. */
const whileRunning = async (
  say: (line: string) => void,
  work: (running: Running) => Promise<number>,
): Promise<number> => {
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-demo-'))
  const terminated = terminationSignal()
  const removeFolder = () => rmSync(dir, { recursive: true, force: true })
  const undo: (() => Promise<unknown> | unknown)[] = [removeFolder]
  process.once('exit', removeFolder)
  try {
    say('Starting Redis…')
    const server = await resolveRedis({
      ...(process.env.NEWSDESK_REDIS_URL ? { url: process.env.NEWSDESK_REDIS_URL } : {}),
      dataDir: dir,
      durable: false,
      say,
    })
    undo.push(() => server.stop())
    if (terminated.aborted) return INTERRUPTED
    say('Opening the newsstand…')
    const stand = await startNewsstand({ speed: 60 })
    undo.push(() => stand.close())
    const log = createLog({ level: process.env.NEWSDESK_LOG_LEVEL ?? 'error', to: 2 })
    const base = demoConfig(stand)
    // On a Redis server of the user, the demo uses its own prefix and removes its keys afterwards.
    const config: Config =
      server.origin === 'configured'
        ? {
            ...base,
            settings: { ...base.settings, redis: { ...base.settings.redis, prefix: `newsdesk-demo-${process.pid}` } },
          }
        : base
    const keys = keysFor(config.settings.redis.prefix)
    const redis = connectRedis(server.address, log, `${keys.prefix}:demo`)
    undo.push(() => redis.disconnect())
    if (server.origin === 'configured') undo.push(() => clearPrefix(redis, keys.prefix))
    if (terminated.aborted) return INTERRUPTED
    say('Starting newsdesk…')
    const daemon = await startDaemon({ config, redis: server, log })
    undo.push(() => daemon.stop())
    // The URL of the admin server is known only now, so only now can the newsstand's hub be told where to deliver.
    if (daemon.adminUrl !== null)
      await daemon.reload({
        ...config,
        settings: { ...config.settings, push: { ...config.settings.push, baseUrl: daemon.adminUrl } },
      })
    const client = createClient(redis, { prefix: keys.prefix })
    const random = seeded(7)
    const names = ['latest', 'must-reads', 'most-read:now', ...config.taxonomy.map(({ id }) => `latest:${id}`)]
    const readers = startReaders(client, () => names, random, 60)
    undo.push(() => readers.stop())
    return await work({
      redis,
      keys,
      client,
      stand,
      config,
      adminUrl: daemon.adminUrl,
      setupUrl: daemon.setupUrl,
      reported: readers.reported,
      terminated,
    })
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

const clearPrefix = async (redis: Redis, prefix: string): Promise<void> => {
  for await (const keys of scanKeys(redis, `*${prefix}*`)) await Promise.all(keys.map(key => redis.del(key)))
}

/** Reads the lists of the contract: all of the taxonomy, and those related to the most read articles that have any. */
const readLists = async (
  client: Client,
  names: readonly string[],
): Promise<{ lists: Record<string, Entry[]>; missing: string[] }> => {
  const lists: Record<string, Entry[]> = await client.lists.many(names, { limit: 1_000 })
  // An article that has nothing in common with others has an empty list, which is whole.
  const related = [
    ...new Set((lists['most-read:now'] ?? []).concat(lists.latest ?? []).map(({ id }) => `related:${id}`)),
  ]
  const filled = Object.entries(await client.lists.many(related, { limit: 1_000 }))
    .filter(([, entries]) => entries.length > 0)
    .slice(0, RELATED_SHOWN)
  Object.assign(lists, Object.fromEntries(filled))
  const missing = names.filter(name => (lists[name]?.length ?? 0) === 0)
  return { lists, missing: filled.length < RELATED_SHOWN ? [...missing, 'related'] : missing }
}

const pageState = async (
  { client, stand, keys, redis, config, reported }: Running,
  turn: number,
  rates: Rates,
  hint: string,
): Promise<FrontPage> => {
  const [panels, stories, states] = await Promise.all([
    readPanels(client, turn),
    redis.zcard(keys.storyIndex()),
    Promise.all(config.sources.map(({ id }) => redis.hget(keys.source(id), 'fetches'))),
  ])
  const crawls = states.reduce((sum, fetches) => sum + Number(fetches ?? 0), 0)
  rates.note(stories, reported())
  return {
    now: Date.now(),
    ...panels,
    numbers: { sources: config.sources.length, stories, reads: reported(), crawls },
    arrivals: rates.arrivals,
    reads: rates.reads,
    troubles: stand.troubles(),
    hint,
  }
}

/** Follows NO_COLOR and FORCE_COLOR; otherwise colour is used if stdout is a terminal. */
const wantsColour = (): boolean =>
  !process.env.NO_COLOR && (process.stdout.isTTY === true || Boolean(process.env.FORCE_COLOR))

interface Rates {
  readonly arrivals: number[]
  readonly reads: number[]
  note(stories: number, reads: number): void
}

const trackRates = (): Rates => {
  let [stories, reads] = [0, 0]
  const rates: Rates = {
    arrivals: [],
    reads: [],
    note(nowStories, nowReads) {
      rates.arrivals.push(Math.max(0, nowStories - stories))
      rates.reads.push(Math.max(0, nowReads - reads))
      ;[stories, reads] = [nowStories, nowReads]
      for (const list of [rates.arrivals, rates.reads]) list.splice(0, Math.max(0, list.length - 120))
    },
  }
  return rates
}

const progressLine = (): { say: (line: string) => void; end: () => void } => {
  if (!process.stderr.isTTY) return { say: line => process.stderr.write(`${line}\n`), end: () => undefined }
  return { say: line => process.stderr.write(`\r\u001b[K${line}`), end: () => process.stderr.write('\r\u001b[K') }
}

const runOnce = (json: boolean): Promise<number> => {
  const progress = progressLine()
  return whileRunning(progress.say, async running => {
    const names = LISTS.names({ taxonomy: running.config.taxonomy })
    const deadline = Date.now() + DEADLINE
    const rates = trackRates()
    let shown = ''
    for (;;) {
      const { lists, missing } = await readLists(running.client, names)
      if (missing.length === 0) {
        progress.end()
        if (json) await write(`${JSON.stringify({ lists })}\n`)
        else {
          const size = {
            width: process.stdout.columns ?? 100,
            height: process.stdout.rows ?? 40,
            colour: wantsColour(),
          }
          await write(
            `${renderFrontPage(await pageState(running, 0, rates, ''), { ...size, height: Math.max(size.height - 1, 30) }).join('\n')}\n`,
          )
        }
        return 0
      }
      const line = `${names.length + RELATED_SHOWN - missing.length} of ${names.length + RELATED_SHOWN} lists published; waiting for ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? '…' : ''}`
      if (line !== shown) progress.say(line)
      shown = line
      if (running.terminated.aborted) {
        progress.end()
        return INTERRUPTED
      }
      if (Date.now() > deadline) {
        progress.end()
        console.error(`Not published within ${DEADLINE / 1_000} s: ${missing.join(', ')}`)
        return 1
      }
      await delay(250)
    }
  })
}

/** Resolves once everything is written: stdout may be a pipe. */
const write = (text: string): Promise<void> =>
  new Promise((resolve, reject) => process.stdout.write(text, error => (error ? reject(error) : resolve())))

const runLive = (seconds: number | undefined): Promise<number> => {
  const progress = progressLine()
  return whileRunning(progress.say, async running => {
    progress.end()
    const quit = new AbortController()
    const ended = AbortSignal.any([running.terminated, quit.signal])
    const until = seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1_000
    const rates = trackRates()
    const hint = `q ends · queues: ${running.setupUrl ?? running.adminUrl ?? ''}`
    const started = Date.now()
    const state = () => pageState(running, Math.floor((Date.now() - started) / TURN), rates, hint)
    const screen = process.stdout.isTTY ? openScreen(() => quit.abort()) : null
    try {
      while (!ended.aborted && Date.now() < until) {
        const page = await state()
        if (screen)
          screen.draw(renderFrontPage(page, { width: screen.width, height: screen.height, colour: wantsColour() }))
        else console.log(`${page.numbers.stories} stories, ${page.numbers.crawls} crawls, ${page.numbers.reads} reads`)
        await delay(screen ? FRAME : 2_000)
      }
    } finally {
      screen?.close()
    }
    console.log(
      renderFrontPage(await state(), {
        width: process.stdout.columns ?? 100,
        height: 40,
        colour: wantsColour(),
      }).join('\n'),
    )
    return 0
  })
}

/** @returns 0 when done; 1 if, with --once, a list was not published in time */
export const runDemo = ({ once = false, json = false, seconds }: DemoOptions): Promise<number> => {
  if (json && !once) {
    console.error('--json needs --once.')
    return Promise.resolve(2)
  }
  return once ? runOnce(json) : runLive(seconds)
}

/**
 * The stage of a game day: a Redis and publishers of its own, a real daemon, and an operator who reads its log, types
 * commands and looks at the admin UI.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type FaultyRedis, startFaultyRedis } from '../../tests/support/faults/redis.ts'
import { openPublishers, type Publishers } from './publishers.ts'

export interface LogLine {
  readonly event?: string
  readonly msg?: string
  readonly [field: string]: unknown
}

export interface Answer {
  /** Exit code of a command, status of an HTTP answer. */
  readonly code: number
  readonly text: string
}

export interface RunningDaemon {
  readonly log: readonly LogLine[]
  signal(signal: NodeJS.Signals): void
  /** Ends it in good order. */
  stop(): Promise<void>
  get(path: string): Promise<Answer>
  /** The overview as an admin sees it; logs in first where that is needed. */
  overview(): Promise<Answer>
}

export interface Stage {
  readonly server: FaultyRedis
  readonly redis: Redis
  readonly publishers: Publishers
  readonly prefix: string
  /** The daemon that is looked at. */
  readonly daemon: () => RunningDaemon
  /** Stops it, and starts another with these roles. */
  restart(roles?: string): Promise<void>
  /** Starts another one beside it. */
  startBeside(roles: string): Promise<RunningDaemon>
  command(...args: string[]): Promise<Answer>
  /** Writes newsdesk.yaml and sources.yaml anew, for the next start or SIGHUP. */
  configure(some?: { readonly settings?: string; readonly sources?: boolean; readonly replicas?: number }): void
  close(): Promise<void>
}

const PASSWORD = 'a fine long password'
const PREFIX = 'gameday'
const PATIENCE = 60_000

const settingsFor = (
  port: number,
  replicas: number,
  more: string,
): string => `redis: { url: 'redis://127.0.0.1:${port}', prefix: ${PREFIX}, replicas: ${replicas} }
crawl: { tick: 1s, minInterval: 1s, startInterval: 1s, maxInterval: 2s, maxBackoff: 2s, hostGap: 0ms, contact: ops@example.org, allow: [127.0.0.0/8] }
lists: { refresh: 1s, settle: 20ms }
admin: { port: 0, password: ${PASSWORD} }
metrics: { port: 0 }
stories: { snapshotFile: '' }
${more}`

const cleanEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NEWSDESK_|VITEST|NODE_OPTIONS$)/.test(name)))

/** @param program arguments of Node that run newsdesk */
const startDaemon = async (program: readonly string[], args: readonly string[]): Promise<RunningDaemon> => {
  const child: ChildProcess = spawn(process.execPath, [...program, 'start', ...args], {
    ...{ env: cleanEnv(), stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const ended = once(child, 'exit')
  process.once('exit', () => child.kill('SIGKILL'))
  const log: LogLine[] = []
  if (child.stdout) createInterface(child.stdout).on('line', line => log.push(JSON.parse(line)))
  const running = () => log.find(({ event }) => event === 'daemon.running')
  const deadline = Date.now() + PATIENCE
  while (!running()) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the daemon does not run: ${log.map(({ msg }) => msg).join('; ')}`)
    await delay(20)
  }
  const { admin = '', metrics = '' } = running() as { admin?: string; metrics?: string }
  let cookie = ''
  const ask = async (url: string): Promise<Answer> => {
    try {
      const answer = await fetch(url, {
        ...{ headers: { cookie }, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) },
      })
      return { code: answer.status, text: await answer.text() }
    } catch (error) {
      return { code: 0, text: String(error) }
    }
  }
  const logIn = async (): Promise<void> => {
    const answer = await fetch(`${admin}/login`, {
      ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ user: 'admin', password: PASSWORD }) },
      headers: { origin: admin, 'sec-fetch-site': 'same-origin' },
    })
    cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    await answer.text()
  }
  return {
    log,
    signal: signal => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
    get: path => ask(`${metrics.replace(/\/metrics$/, '')}${path}`),
    async overview() {
      const answer = await ask(`${admin}/overview`)
      if (answer.code !== 303 && answer.code !== 302 && answer.code !== 401) return answer
      await logIn()
      return ask(`${admin}/overview`)
    },
  }
}

/**
 * @param dir an empty folder
 * @param program arguments of Node that run newsdesk
 */
export const openStage = async (dir: string, program: readonly string[]): Promise<Stage> => {
  const server = await startFaultyRedis(dir, 'everysec')
  const redis = new Redis({ port: server.port, maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined) // it is taken away
  const publishers = await openPublishers()
  const configure: Stage['configure'] = ({ settings = '', sources = true, replicas = 0 } = {}) => {
    writeFileSync(join(dir, 'newsdesk.yaml'), settingsFor(server.port, replicas, settings))
    const list = publishers.sources.map(
      ({ id, url }) => `\n  - { id: ${id}, name: ${id}, url: '${url}', section: world }`,
    )
    writeFileSync(join(dir, 'sources.yaml'), sources ? `sources:${list.join('')}\n` : 'sources: []\n')
  }
  writeFileSync(join(dir, 'sections.yaml'), 'sections:\n  - id: world\n    labels: { en: World }\n')
  configure()
  const start = (roles?: string) =>
    startDaemon(program, ['--config', dir, ...(roles === undefined ? [] : ['--roles', roles])])
  const daemons: RunningDaemon[] = [await start()]
  const daemon = (): RunningDaemon => daemons[0] as RunningDaemon // there is always one
  return {
    ...{ server, redis, publishers, prefix: PREFIX, daemon, configure },
    async restart(roles) {
      await daemon().stop()
      daemons[0] = await start(roles)
    },
    async startBeside(roles) {
      const beside = await start(roles)
      daemons.push(beside)
      return beside
    },
    async command(...args) {
      const child = spawn(process.execPath, [...program, ...args, '--config', dir], {
        env: { ...cleanEnv(), NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let text = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
      const [code] = (await once(child, 'close')) as [number | null]
      return { code: code ?? -1, text }
    },
    async close() {
      if (!server.isRunning()) await server.start()
      server.signal('SIGCONT')
      for (const each of daemons) each.signal('SIGKILL')
      redis.disconnect()
      await server.stop()
      await publishers.disconnect().catch(() => undefined)
    },
  }
}

/**
 * Provides a Redis: the configured one; otherwise a server of our own, started as a child process from a binary on
 * PATH, after installing one with the system's package manager if that needs no password. Never touches somebody else's
 * server.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Access, addressOf, type RedisAddress } from '../config/redis-address.ts'
import { NoRedisError } from './no-redis.ts'
import {
  answersAsOurs,
  formerAnswers,
  formerSocketPath,
  isAlive,
  makeFolder,
  makeSocketPath,
  pidFilePath,
  removeSocketFolder,
  runningPid,
  secureFolder,
  socketIn,
  unusable,
} from './own-socket.ts'
import { probeRedis } from './probe.ts'

export { NoRedisError }

export interface RedisServer {
  readonly address: RedisAddress
  /** Where it comes from, for people: `configured`, or the path of the binary that we run. */
  readonly origin: string
  /** Saves and stops a server of our own; leaves a configured one alone. */
  stop(): Promise<void>
}

const SERVERS = ['redis-server', 'valkey-server'] as const

/** How each package manager installs a Redis server without prompting; the first one found on PATH is used. */
const INSTALLERS: readonly {
  manager: string
  steps: readonly string[][]
  needsRoot: boolean
  env?: Record<string, string>
}[] = [
  {
    manager: 'apt-get',
    steps: [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
    ],
    needsRoot: true,
    // The package would start a system-wide server; ours runs as a child of newsdesk.
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  },
  { manager: 'dnf', steps: [['dnf', 'install', '-y', '-q', 'valkey']], needsRoot: true },
  { manager: 'apk', steps: [['apk', 'add', '--quiet', 'redis']], needsRoot: true },
  { manager: 'brew', steps: [['brew', 'install', '--quiet', 'redis']], needsRoot: false },
]

/** Service managers and cron often omit these folders from PATH, yet servers are installed there. */
const SYSTEM_PATH = ['/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']

const searchPath = (): string => [process.env.PATH ?? '', ...SYSTEM_PATH].join(delimiter)

/** Full path of a program on a search path, or undefined. */
export const findOnPath = (program: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .filter(Boolean)
    .map(dir => join(dir, program))
    .find(file => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        // Missing or not executable for us: try the next folder.
        return false
      }
    })

const findServer = (path: string): string | undefined =>
  SERVERS.map(name => findOnPath(name, path)).find(found => found !== undefined)

/**
 * @param say called with one line for people before each step
 * @throws NoRedisError naming the exact line to type
 */
const installServer = async (say: (line: string) => void, path: string): Promise<string> => {
  const installer = INSTALLERS.find(({ manager }) => findOnPath(manager, path))
  const typed = installer?.steps.map(
    step => `${installer.needsRoot ? 'sudo ' : ''}${step.filter(word => !word.startsWith('-q')).join(' ')}`,
  )
  const advice = [
    'No Redis: none is configured and neither redis-server nor valkey-server is on PATH.',
    typed
      ? `Install it:      ${typed.join(' && ')}`
      : 'Install redis-server or valkey-server with your package manager.',
    'or run one:      docker compose up -d redis',
    'or name yours:   NEWSDESK_REDIS_URL=redis://host:6379',
  ].join('\n')
  if (!installer) throw new NoRedisError(advice)

  const root = process.getuid?.() === 0
  const sudo = !root && installer.needsRoot
  if (sudo && (!findOnPath('sudo', path) || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0))
    throw new NoRedisError(advice)
  for (const step of installer.steps) {
    const [program = '', ...args] = sudo ? ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND,RUNLEVEL', ...step] : step
    say(`No Redis here yet; installing it: ${[program, ...args].join(' ')}`)
    const child = spawn(findOnPath(program, path) ?? program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...installer.env },
    })
    let stderr = ''
    child.stderr.on('data', chunk => {
      stderr = (stderr + chunk).slice(-2_000)
    })
    const code = await exited(child)
    if (code !== 0) throw new NoRedisError(`${advice}\n\n${step.join(' ')} failed (exit ${code}):\n${stderr.trim()}`)
  }
  const found = findServer(path)
  if (!found) throw new NoRedisError(advice)
  return found
}

/** Waits for `close` rather than `exit`: by then all output of the child has been read. */
const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((done, reject) => {
    child.once('close', done)
    child.once('error', reject)
  })

const START_DEADLINE = 30_000
const DISCONNECT_GRACE = 1_000
/** Most time to probe a configured Redis, ms; the caller keeps waiting afterwards. */
const PROBE_TIMEOUT = 3_000

/**
 * Runs a step that must not run twice at once on one folder. A lock left by a dead process is taken over.
 * @returns undefined if another process holds the lock and `settled` became true meanwhile
 */
const exclusively = async <T>(
  dir: string,
  settled: () => Promise<boolean>,
  step: () => Promise<T>,
): Promise<T | undefined> => {
  const lock = join(dir, 'starting.pid')
  const deadline = Date.now() + START_DEADLINE
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(dir, 'cannot be written', error)
    }
    if (await settled()) return undefined
    const holder = Number(readFileSync(lock, { encoding: 'utf8', flag: 'a+' }))
    if (holder > 0 && !isAlive(holder)) rmSync(lock, { force: true })
    else if (Date.now() > deadline)
      throw new NoRedisError(
        `Process ${holder} has been starting a Redis in ${dir} for too long. Stop it, or remove ${lock}.`,
      )
    await delay(20)
  }
  try {
    return await step()
  } finally {
    rmSync(lock, { force: true })
  }
}

/**
 * Waits for a Redis that runs in the folder but does not answer: it is loading or about to stop. Two servers on one
 * folder would destroy its data.
 * @returns whether it answers now; false if it has ended
 * @throws NoRedisError if it does neither in time
 */
const waitForRunning = async (dir: string, ours: () => Promise<boolean>, within: number): Promise<boolean> => {
  const deadline = Date.now() + within
  for (let pid = runningPid(dir); pid !== undefined; pid = runningPid(dir)) {
    if (Date.now() > deadline)
      throw new NoRedisError(
        `A Redis (process ${pid}) works in ${resolve(dir)} and does not answer at ${socketIn(dir) ?? 'any socket of ours'}. ` +
          `Stop every newsdesk on that folder, then it (kill ${pid}), and start again.`,
      )
    if (await ours()) return true
    await delay(50)
  }
  return false
}

/** Starts a server on its own socket, with its data in `dir`. */
const spawnServer = async (
  binary: string,
  dir: string,
  durable: boolean,
): Promise<{ readonly child: ChildProcess; readonly socket: string }> => {
  const socket = makeSocketPath(dir)
  rmSync(socket, { force: true })
  const logfile = join(resolve(dir), 'redis.log')
  const keep = durable ? ['--appendonly', 'yes', '--appendfsync', 'everysec'] : ['--appendonly', 'no']
  const child = spawn(
    binary,
    [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--unixsocketperm',
      '700',
      '--pidfile',
      pidFilePath(dir),
      '--dir',
      dir,
      ...keep,
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
      '--logfile',
      logfile,
    ],
    // In its own process group: Ctrl-C reaches only newsdesk, which stops its Redis last. If newsdesk is killed, its
    // Redis keeps running and the next start reuses it.
    { stdio: 'ignore', detached: true },
  )
  child.unref()
  const deadline = Date.now() + START_DEADLINE
  while (!(await answersAsOurs(dir, socket))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      const said = existsSync(logfile) ? readFileSync(logfile, 'utf8').slice(-1_000).trim() : ''
      throw new NoRedisError(`${binary} did not start in ${dir}:\n${said}`)
    }
    await delay(10)
  }
  return { child, socket }
}

/**
 * Stops a server of ours unless another newsdesk is still connected to it. Waits until it has saved everything and
 * ended.
 * @param answers whether our server answers at the socket
 */
const stopUnlessShared = async (socket: string, answers: () => Promise<boolean>): Promise<void> => {
  if (!(await answers())) return
  const redis = new Redis({ path: socket, retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true })
  redis.on('error', () => undefined) // the server may have ended, which is what we want
  try {
    await redis.connect()
    const self = String(await redis.client('ID'))
    const shared = async () =>
      String(await redis.client('LIST'))
        .trim()
        .split('\n')
        .some(line => !line.startsWith(`id=${self} `))
    // Connections that we just closed stay in the list for a moment; those of another newsdesk stay.
    const graceEnds = Date.now() + DISCONNECT_GRACE
    while (await shared()) {
      if (Date.now() > graceEnds) return
      await delay(20)
    }
    await redis.call('SHUTDOWN').catch((error: Error) => {
      // A connection closed by the shutdown means success; any other error is a failure.
      if (!/closed|ECONNRESET|EPIPE/i.test(error.message)) throw error
    })
  } finally {
    redis.disconnect()
  }
  const deadline = Date.now() + START_DEADLINE
  while ((await answers()) && Date.now() < deadline) await delay(10)
}

export interface RedisWanted {
  /** Configured URL; if given, nothing is started. */
  readonly url?: string | undefined
  /** Certificates and other access settings of a configured Redis. */
  readonly access?: Access
  /** Data folder for a server of our own. */
  readonly dataDir: string
  /** false for the demo and the tests: nothing is saved, and the server always ends with this process. */
  readonly durable?: boolean
  /** false for commands that only query a running newsdesk: they never start a server. */
  readonly start?: boolean
  readonly say: (line: string) => void
  /** Where programs are searched; by default the environment's PATH and the system's folders. */
  readonly path?: string
  /** How long a Redis that already runs in the folder, or a configured one, may take to answer, ms. */
  readonly within?: number
}

/**
 * The one way newsdesk gets its Redis: `npm start`, the demo, the commands and the tests all use it. Several processes
 * with one data folder share one server; the last one to exit stops it.
 * @throws NoRedisError if none is available, or the configured one cannot be used, saying what to do
 */
export const resolveRedis = async ({
  url,
  access,
  dataDir,
  durable = true,
  start = true,
  say,
  path = searchPath(),
  within = START_DEADLINE,
}: RedisWanted): Promise<RedisServer> => {
  if (url) {
    const address = addressOf(url, access)
    const problem = await probeRedis(address, Math.min(within, PROBE_TIMEOUT))
    if (problem !== null) throw new NoRedisError(problem)
    return { address, origin: 'configured', stop: async () => undefined }
  }
  const began = Date.now()
  const ours = () => answersAsOurs(dataDir, socketIn(dataDir), within)
  const former = () => formerAnswers(dataDir)
  const shared = (socket: string, answers: () => Promise<boolean>): RedisServer => ({
    address: { socket },
    origin: 'already running',
    stop: () => (start ? stopUnlessShared(socket, answers) : Promise.resolve()),
  })
  const isThere = secureFolder(dataDir, say)
  const own = isThere ? socketIn(dataDir) : undefined
  if (own !== undefined && (await ours())) return shared(own, ours)
  if (!start) {
    if (isThere && (await former())) return shared(formerSocketPath(dataDir), former)
    if (isThere && (await waitForRunning(dataDir, ours, began + within - Date.now())))
      return shared(makeSocketPath(dataDir), ours)
    throw new NoRedisError(
      `No newsdesk runs on ${resolve(dataDir)}: start it with \`npm start\`, or name its Redis: NEWSDESK_REDIS_URL=redis://host:6379`,
    )
  }
  makeFolder(dataDir, say)
  const binary = findServer(path) ?? (await installServer(say, path))
  const started = await exclusively(dataDir, ours, async () => {
    if (await ours()) return undefined
    if (await former()) {
      // A server that an earlier version left running moves to the data folder once nobody else uses it.
      await stopUnlessShared(formerSocketPath(dataDir), former)
      if (await former()) return 'former' as const
    }
    return (await waitForRunning(dataDir, ours, within)) ? undefined : spawnServer(binary, dataDir, durable)
  })
  if (started === 'former') {
    say(`Redis still listens where an earlier version put it, ${formerSocketPath(dataDir)}: another newsdesk uses it`)
    return shared(formerSocketPath(dataDir), former)
  }
  if (started === undefined) return shared(makeSocketPath(dataDir), ours)
  const { child, socket } = started
  const endWithUs = () => child.kill('SIGTERM')
  if (!durable) process.once('exit', endWithUs)
  return {
    address: { socket },
    origin: binary,
    async stop() {
      if (durable) return stopUnlessShared(socket, ours)
      process.off('exit', endWithUs)
      // A temporary server is never shared: stop it now, whoever is connected.
      if (child.exitCode === null && child.signalCode === null) {
        // The child normally does not keep this process alive; while we wait for its end, it must.
        child.ref()
        const ended = exited(child)
        child.kill('SIGTERM')
        await ended
      }
      removeSocketFolder(dataDir)
    },
  }
}

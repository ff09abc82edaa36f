/**
 * Gets a Redis to work with: the configured one; else a server of our own, started as a child from a binary on PATH, after
 * installing one with the system's package manager where that needs no password. Never touches somebody else's server.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type Access, addressOf, type RedisAddress } from './address.ts'
import { troubleWith } from './probe.ts'

export interface RedisServer {
  readonly address: RedisAddress
  /** How it came about, for people: `configured`, or the path of the binary we run. */
  readonly origin: string
  /** Saves and stops a server of our own; leaves a configured one alone. */
  stop(): Promise<void>
}

/** No Redis could be had; the message says what to type on this system. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS'
}

const SERVERS = ['redis-server', 'valkey-server'] as const

/** How each package manager installs a Redis server without asking; the first one found on PATH is used. */
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
    // The package would start a system-wide server; ours is a child of newsdesk.
    env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  },
  { manager: 'dnf', steps: [['dnf', 'install', '-y', '-q', 'valkey']], needsRoot: true },
  { manager: 'apk', steps: [['apk', 'add', '--quiet', 'redis']], needsRoot: true },
  { manager: 'brew', steps: [['brew', 'install', '--quiet', 'redis']], needsRoot: false },
]

/** Service managers and cron often leave these out of PATH; servers live there. */
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
        // Not there or not ours to run: the next folder is looked at.
        return false
      }
    })

const findServer = (path: string): string | undefined =>
  SERVERS.map(name => findOnPath(name, path)).find(found => found !== undefined)

/**
 * @param say told what is about to happen before it happens: one line for people
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

/** Ends with `close`, not `exit`: by then all that the child said has been read. */
const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((done, reject) => {
    child.once('close', done)
    child.once('error', reject)
  })

const START_DEADLINE = 30_000
const LETTING_GO = 1_000

/** The socket of the Redis that keeps its data in a folder. A socket's path may have 104 characters at most: it stands in the temporary folder. */
const socketOf = (dir: string): string =>
  join(tmpdir(), `newsdesk-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}.sock`)

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Runs a step that must not run twice at once on one folder. A lock left by a process that died is taken over.
 * @returns undefined where another process holds the lock and `settled` came true meanwhile
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
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
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

/** Starts a server on a socket of its own, with what it keeps in `dir`. */
const spawnServer = async (binary: string, dir: string, durable: boolean): Promise<ChildProcess> => {
  const socket = socketOf(dir)
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
    // A process group of its own: Ctrl-C reaches newsdesk alone, which stops its Redis last. Should newsdesk be killed, its Redis stays, and the next start takes it up.
    { stdio: 'ignore', detached: true },
  )
  child.unref()
  const deadline = Date.now() + START_DEADLINE
  while (!(await answers(socket))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      const said = existsSync(logfile) ? readFileSync(logfile, 'utf8').slice(-1_000).trim() : ''
      throw new NoRedisError(`${binary} did not start in ${dir}:\n${said}`)
    }
    await delay(10)
  }
  return child
}

/** Stops a server of ours unless another newsdesk is still connected to it. Waits until it has written everything and is gone. */
const stopUnlessShared = async (socket: string): Promise<void> => {
  const redis = new Redis({ path: socket, retryStrategy: () => null, maxRetriesPerRequest: 0, lazyConnect: true })
  redis.on('error', () => undefined) // a server that is gone is what we want
  try {
    await redis.connect()
    const self = String(await redis.client('ID'))
    const shared = async () =>
      String(await redis.client('LIST'))
        .trim()
        .split('\n')
        .some(line => !line.startsWith(`id=${self} `))
    // Connections we have just let go of stay in the list for a moment; another newsdesk's stay for good.
    const patience = Date.now() + LETTING_GO
    while (await shared()) {
      if (Date.now() > patience) return
      await delay(20)
    }
    await redis.call('SHUTDOWN').catch((error: Error) => {
      // The connection ends with the server: that is success. Anything else is not.
      if (!/closed|ECONNRESET|EPIPE/i.test(error.message)) throw error
    })
  } finally {
    redis.disconnect()
  }
  const deadline = Date.now() + START_DEADLINE
  while ((await answers(socket)) && Date.now() < deadline) await delay(10)
}

const answers = async (socket: string): Promise<boolean> => {
  if (!existsSync(socket)) return false
  const probe = new Redis({ path: socket, lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  // Without a listener ioredis prints; a probe that fails is an answer, returned below.
  probe.on('error', () => undefined)
  try {
    await probe.connect()
    return (await probe.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    probe.disconnect()
  }
}

export interface RedisWanted {
  /** Configured URL; nothing is started where it is given. */
  readonly url?: string | undefined
  /** Certificates and the like, for a configured one. */
  readonly access?: Access
  /** Folder for a server of our own. */
  readonly dataDir: string
  /** false for the demo and the tests: nothing is written, and the server ends with this process whatever happens. */
  readonly durable?: boolean
  /** false for commands that only ask a running newsdesk: they never start a server. */
  readonly start?: boolean
  readonly say: (line: string) => void
  /** Where programs are looked for; the environment's PATH and the system's folders unless given. */
  readonly path?: string
}

/**
 * The one way newsdesk gets its Redis: `npm start`, the demo, the commands and the tests all come here. Several processes on one data
 * folder share one server; the last to leave stops it.
 * @throws NoRedisError where none can be had, or the configured one cannot be worked with, saying what to do
 */
export const resolveRedis = async ({
  url,
  access,
  dataDir,
  durable = true,
  start = true,
  say,
  path = searchPath(),
}: RedisWanted): Promise<RedisServer> => {
  if (url) {
    const address = addressOf(url, access)
    const trouble = await troubleWith(address)
    if (trouble !== null) throw new NoRedisError(trouble)
    return { address, origin: 'configured', stop: async () => undefined }
  }
  const socket = socketOf(dataDir)
  const shared: RedisServer = {
    address: { socket },
    origin: 'already running',
    stop: () => (start ? stopUnlessShared(socket) : Promise.resolve()),
  }
  if (await answers(socket)) return shared
  if (!start)
    throw new NoRedisError(
      `No newsdesk runs on ${resolve(dataDir)}: start it with \`npm start\`, or name its Redis: NEWSDESK_REDIS_URL=redis://host:6379`,
    )
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const binary = findServer(path) ?? (await installServer(say, path))
  const child = await exclusively(
    dataDir,
    () => answers(socket),
    async () => ((await answers(socket)) ? undefined : spawnServer(binary, dataDir, durable)),
  )
  if (!child) return shared
  const endWithUs = () => child.kill('SIGTERM')
  if (!durable) process.once('exit', endWithUs)
  return {
    address: { socket },
    origin: binary,
    async stop() {
      if (durable) return stopUnlessShared(socket)
      process.off('exit', endWithUs)
      // Nobody shares what is thrown away: it ends now, whoever is still connected.
      if (child.exitCode !== null || child.signalCode !== null) return
      // Left to itself it does not keep this process alive; while its end is waited for, it must.
      child.ref()
      const gone = exited(child)
      child.kill('SIGTERM')
      await gone
    },
  }
}

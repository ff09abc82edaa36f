/**
 * Gets a Redis to work with: the configured one; else a server of our own, started as a child from a binary on PATH, after
 * installing one with the system's package manager where that needs no password. Never touches somebody else's server.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RedisAddress } from './connect.ts'

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

/** Full path of a program on PATH, or undefined. */
export const findOnPath = (program: string, path = process.env.PATH ?? ''): string | undefined =>
  // Service managers and cron often leave the sbin folders out of PATH; servers live there.
  [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']
    .filter(Boolean)
    .map(dir => join(dir, program))
    .find(file => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

const findServer = (): string | undefined => {
  for (const name of SERVERS) {
    const found = findOnPath(name)
    if (found) return found
  }
  return undefined
}

/**
 * @param say told what is about to happen before it happens: one line for people
 * @throws NoRedisError naming the exact line to type
 */
const installServer = async (say: (line: string) => void): Promise<string> => {
  const installer = INSTALLERS.find(({ manager }) => findOnPath(manager))
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
  if (sudo && (!findOnPath('sudo') || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0))
    throw new NoRedisError(advice)
  for (const step of installer.steps) {
    const [program = '', ...args] = sudo ? ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND,RUNLEVEL', ...step] : step
    say(`No Redis here yet; installing it: ${[program, ...args].join(' ')}`)
    const child = spawn(program, args, {
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
  const found = findServer()
  if (!found) throw new NoRedisError(advice)
  return found
}

const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode)
    child.once('exit', resolve)
    child.once('error', reject)
  })

const PING_DEADLINE = 30_000

/** Starts a server as our child, on a Unix socket of its own, with what it keeps in `dir`. */
const startServer = async (binary: string, dir: string, durable: boolean): Promise<RedisServer> => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  // A socket's path may have 104 characters at most, a data folder's may be longer: the socket stands in the temporary folder.
  const socket = join(tmpdir(), `newsdesk-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}.sock`)
  if (existsSync(socket)) {
    if (await answers(socket)) {
      throw new NoRedisError(
        `Another newsdesk already runs its Redis on ${dir}. Stop it, or give this one a data folder of its own (NEWSDESK_DATA).`,
      )
    }
    rmSync(socket)
  }
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
    ],
    // A process group of its own: Ctrl-C in the terminal reaches newsdesk alone, which then stops its Redis last.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  let output = ''
  const remember = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000)
  }
  child.stdout.on('data', remember)
  child.stderr.on('data', remember)

  const deadline = Date.now() + PING_DEADLINE
  while (!(await answers(socket))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new NoRedisError(`${binary} did not start in ${dir}:\n${output.trim()}`)
    }
    await delay(10)
  }
  // Should newsdesk die without a word, the child must not outlive it for ever; exit is the last moment we have.
  const killOnExit = () => child.kill('SIGTERM')
  process.once('exit', killOnExit)
  return {
    address: { socket },
    origin: binary,
    async stop() {
      process.off('exit', killOnExit)
      if (child.exitCode === null) {
        const gone = exited(child)
        child.kill('SIGTERM')
        await gone
      }
    },
  }
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
  /** Folder for a server of our own. */
  readonly dataDir: string
  /** false for tests: nothing is written to disk. */
  readonly durable?: boolean
  readonly say: (line: string) => void
}

/**
 * The one way newsdesk gets its Redis: `npm start`, the demo and the tests all come here.
 * @throws NoRedisError where none can be had, saying what to type
 */
export const resolveRedis = async ({ url, dataDir, durable = true, say }: RedisWanted): Promise<RedisServer> => {
  if (url) return { address: { url }, origin: 'configured', stop: async () => undefined }
  const binary = findServer() ?? (await installServer(say))
  return startServer(binary, dataDir, durable)
}

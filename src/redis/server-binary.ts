/**
 * Finds the program of a Redis server on PATH, or installs one with the system's package manager if that needs no
 * password.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { NoRedisError } from './no-redis.ts'

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

export const searchPath = (): string => [process.env.PATH ?? '', ...SYSTEM_PATH].join(delimiter)

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

export const findServer = (path: string): string | undefined =>
  SERVERS.map(name => findOnPath(name, path)).find(found => found !== undefined)

/**
 * @param say called with one line for people before each step
 * @throws NoRedisError naming the exact line to type
 */
export const installServer = async (say: (line: string) => void, path: string): Promise<string> => {
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
export const exited = (child: ChildProcess): Promise<number | null> =>
  new Promise((done, reject) => {
    child.once('close', done)
    child.once('error', reject)
  })

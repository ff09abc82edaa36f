/**
 * Where a Redis of our own listens, and whether it is ours that answers there. Socket and pid file are in the data
 * folder, which only this user may access (mode 0700). Nothing is sent to a server before its folder, socket, process
 * id and data folder have been checked. (docs/decisions/0002)
 */

import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { NoRedisError } from './no-redis.ts'

/** Longest path of a socket, bytes: 103 on macOS and the BSDs, 107 on Linux. */
const MAX_SOCKET_PATH = 103
/** How long to wait for a socket's mode, ms: Redis sets it an instant after it opened the socket. */
const MODE_TIMEOUT = 2_000
/** A server that does not answer within this time counts as not answering, ms. */
const ANSWER_TIMEOUT = 5_000
const OTHERS = 0o077

const SOCKET = 'redis.sock'
const SHORT = 'socket-folder'

/** Path of the pid file that Redis writes itself. */
export const pidFilePath = (dir: string): string => join(resolve(dir), 'redis.pid')

const userId = (): number => process.geteuid?.() ?? 0

const statIfExists = (path: string, stat: (path: string) => Stats = lstatSync): Stats | undefined => {
  try {
    return stat(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

const mode = (stats: Stats): string => `0${(stats.mode & 0o777).toString(8)}`

/** The error for a data folder that cannot be used, with what to do about it. */
export const unusable = (dir: string, what: string, error: unknown): NoRedisError =>
  new NoRedisError(
    `redis.dataDir: ${resolve(dir)} ${what} (${error instanceof Error ? error.message : error}). ` +
      'Give it to this user, or choose another folder (NEWSDESK_REDIS_DATA_DIR).',
    { cause: error },
  )

/** Runs a step on the data folder; a failure becomes an error that says why the folder cannot be used. */
const onFolder = <T>(dir: string, what: string, step: () => T): T => {
  try {
    return step()
  } catch (error) {
    throw unusable(dir, what, error)
  }
}

/**
 * Checks that a data folder belongs to this user, and makes it accessible to this user alone.
 * @returns false if there is no such folder
 * @throws NoRedisError if it belongs to another user, or its mode cannot be changed
 */
export const secureFolder = (dir: string, say: (line: string) => void): boolean => {
  const found = onFolder(dir, 'cannot be looked at', () => statIfExists(dir, statSync))
  if (!found) return false
  const path = resolve(dir)
  if (!found.isDirectory()) throw new NoRedisError(`redis.dataDir: ${path} is not a folder.`)
  if (found.uid !== userId())
    throw new NoRedisError(
      `redis.dataDir: ${path} belongs to user ${found.uid}, and this is user ${userId()}. A Redis in it could be anybody's, so nothing was sent to it. ` +
        'Run newsdesk as the owner, give the folder to this user (chown), or choose another folder (NEWSDESK_REDIS_DATA_DIR).',
    )
  if ((found.mode & OTHERS) === 0) return true
  onFolder(dir, 'is open to other users, and that cannot be changed', () => chmodSync(dir, 0o700))
  const after = statSync(dir)
  if ((after.mode & OTHERS) !== 0)
    throw new NoRedisError(
      `redis.dataDir: ${path} is open to other users (mode ${mode(after)}), and its file system does not let that be changed. ` +
        'Choose a folder on another file system (NEWSDESK_REDIS_DATA_DIR), or name a Redis (NEWSDESK_REDIS_URL).',
    )
  say(`${path} was open to other users (mode ${mode(found)}); it is now accessible to its owner alone (0700)`)
  return true
}

/**
 * Like `mkdir -p`. Node's own (20.20) never returns on a file system that takes no folders and reports ENOENT, such as
 * /proc.
 */
const makeAll = (path: string): void => {
  const parent = dirname(path)
  if (parent !== path && !statIfExists(parent, statSync)) makeAll(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Creates the data folder if missing, and {@link secureFolder}s it. */
export const makeFolder = (dir: string, say: (line: string) => void): void => {
  onFolder(dir, 'cannot be made', () => makeAll(resolve(dir)))
  secureFolder(dir, say)
  onFolder(dir, 'cannot be written', () => accessSync(dir, constants.W_OK | constants.X_OK))
}

const isShort = (path: string): boolean => Buffer.byteLength(path) <= MAX_SOCKET_PATH

const isPrivate = (folder: string): boolean => {
  const found = statIfExists(folder)
  return found?.isDirectory() === true && found.uid === userId() && (found.mode & OTHERS) === 0
}

/**
 * The socket folder named in the data folder; undefined if there is none, or it is no longer ours (temporary folders
 * are cleaned).
 */
const readSocketFolder = (dir: string): string | undefined => {
  const file = join(resolve(dir), SHORT)
  if (!statIfExists(file)) return undefined
  const folder = readFileSync(file, 'utf8').trim()
  return folder !== '' && isPrivate(folder) ? folder : undefined
}

/** The socket of the Redis that keeps its data in a folder; undefined if there is none yet. */
export const socketIn = (dir: string): string | undefined => {
  const own = join(resolve(dir), SOCKET)
  if (isShort(own)) return own
  const folder = readSocketFolder(dir)
  return folder === undefined ? undefined : join(folder, SOCKET)
}

/**
 * {@link socketIn}, with a temporary folder for the socket if the data folder's own path is too long.
 * @throws NoRedisError if the temporary folder's path is too long as well
 */
export const makeSocketPath = (dir: string): string => {
  const found = socketIn(dir)
  if (found !== undefined) return found
  const base = [tmpdir(), '/tmp'].find(each => isShort(join(each, 'newsdesk-XXXXXX', SOCKET)))
  if (base === undefined)
    throw new NoRedisError(`The paths of ${resolve(dir)} and ${tmpdir()} are both too long for a socket: shorten one.`)
  // mkdtemp creates it with mode 0700, under a name that nobody could take beforehand.
  const folder = mkdtempSync(join(base, 'newsdesk-'))
  writeFileSync(join(resolve(dir), SHORT), `${folder}\n`, { mode: 0o600 })
  return join(folder, SOCKET)
}

/** Removes the folder that {@link makeSocketPath} made outside the data folder, if it did. */
export const removeSocketFolder = (dir: string): void => {
  const folder = readSocketFolder(dir)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  rmSync(join(resolve(dir), SHORT), { force: true })
}

/** Where earlier versions had the socket: a predictable name in a folder where anybody may create one. */
export const formerSocketPath = (dir: string): string =>
  join(tmpdir(), `newsdesk-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}.sock`)

/** Reads a process id from a file; undefined if there is none. */
export const readPid = (file: string): number | undefined => {
  if (!statIfExists(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').trim())
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Whether a process with this id is running. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Reads a process's folder and name from /proc; undefined on systems without it, and for other users' processes. */
const aboutProcess = (pid: number): { readonly cwd: string; readonly name: string } | undefined => {
  try {
    return { cwd: readlinkSync(`/proc/${pid}/cwd`), name: readFileSync(`/proc/${pid}/comm`, 'utf8') }
  } catch {
    // It ended, is another user's, or there is no /proc: nothing is known of it.
    return undefined
  }
}

/**
 * Process id of the Redis in the pid file, if it is still running in the folder, even if it does not answer (it is
 * loading, saving, or has lost its socket).
 */
export const runningPid = (dir: string): number | undefined => {
  const pid = readPid(pidFilePath(dir))
  if (pid === undefined || !isAlive(pid)) return undefined
  const found = aboutProcess(pid)
  // Redis runs in its --dir. A process id that was reassigned since does not match.
  return found && /redis|valkey/.test(found.name) && found.cwd === realpathSync(dir) ? pid : undefined
}

const intruder = (socket: string, why: string): NoRedisError =>
  new NoRedisError(
    `What listens at ${socket} is not the Redis of this data folder: ${why}. Nothing was sent to it. ` +
      'Find out who runs it, stop it, remove the socket, and start again.',
  )

/** @throws NoRedisError if the socket is another user's, or others may connect to it */
const checkSocket = async (socket: string): Promise<boolean> => {
  const deadline = Date.now() + MODE_TIMEOUT
  for (;;) {
    const found = statIfExists(socket)
    if (!found) return false
    if (found.uid !== userId()) throw intruder(socket, `the socket belongs to user ${found.uid}, not ${userId()}`)
    if (!found.isSocket()) throw intruder(socket, 'it is not a socket')
    if ((found.mode & OTHERS) === 0) return true
    if (Date.now() > deadline) throw intruder(socket, `other users may connect to it (mode ${mode(found)})`)
    await delay(10)
  }
}

interface Said {
  readonly pid: number
  readonly dir: string
}

/** What a server reports of itself; null if nobody answers, or the answer is not that of a Redis that is ready. */
const ask = async (socket: string, ms = ANSWER_TIMEOUT): Promise<Said | null> => {
  const probe = new Redis({
    path: socket,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: Math.min(ms, ANSWER_TIMEOUT),
  })
  // Without a listener ioredis prints errors; a failed probe is a result, returned below.
  probe.on('error', () => undefined)
  try {
    await probe.connect()
    if ((await probe.ping()) !== 'PONG') return null
    const [info, dir] = await Promise.all([probe.info('server'), probe.config('GET', 'dir')])
    return { pid: Number(/^process_id:(\d+)/m.exec(info)?.[1]), dir: String((dir as unknown[])[1] ?? '') }
  } catch {
    return null
  } finally {
    probe.disconnect()
  }
}

/**
 * Whether our Redis of a data folder answers at a socket in it.
 * @param ms timeout
 * @returns false if nobody answers
 * @throws NoRedisError if another server answers
 */
export const answersAsOurs = async (dir: string, socket: string | undefined, ms?: number): Promise<boolean> => {
  if (socket === undefined || !isPrivate(realpathSync(dirname(socket))) || !(await checkSocket(socket))) return false
  const said = await ask(socket, ms)
  if (said === null) return false
  const pid = readPid(pidFilePath(dir))
  if (said.pid !== pid)
    throw intruder(socket, `it says that it is process ${said.pid}, and ${pidFilePath(dir)} names ${pid ?? 'none'}`)
  if (said.dir !== realpathSync(dir)) throw intruder(socket, `it keeps its data in ${said.dir}, not in ${resolve(dir)}`)
  return true
}

/**
 * Whether a Redis that an earlier version started for a data folder still answers at its former socket. In a temporary
 * folder only its owner can have created a socket of this user, so another user's socket is ignored silently.
 */
export const formerAnswers = async (dir: string): Promise<boolean> => {
  const socket = formerSocketPath(dir)
  const [found, folder] = [statIfExists(socket), statIfExists(dirname(socket), statSync)]
  if (!found?.isSocket() || found.uid !== userId() || (found.mode & OTHERS) !== 0) return false
  // If others may rename entries of the folder, the socket's owner does not tell who will be reached.
  const isGuarded = folder !== undefined && ((folder.mode & 0o1000) !== 0 || (folder.mode & 0o022) === 0)
  if (!isGuarded) return false
  const said = await ask(socket)
  return said !== null && said.dir === realpathSync(dir)
}

/**
 * Finds the Unix socket of the Redis that newsdesk starts itself, and checks that the server listening there is that
 * Redis. Socket and pid file are in its data folder, which only this user may access (mode 0700). No data may be sent
 * to a server before its folder, socket, process id and data folder have been checked. (docs/decisions/0002)
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

/** Maximum length of the path of a socket, bytes: 103 on macOS and the BSDs, 107 on Linux. */
const LONGEST_SOCKET = 103
/** Time within which Redis must have set the mode of its socket, ms: it opens the socket first. */
const SETTLES = 2_000
/** Timeout for an answer of the server, ms. */
const ANSWERS = 5_000
const OTHERS = 0o077

const SOCKET = 'redis.sock'
const SHORT = 'socket-folder'

/** Path of the pid file that Redis writes itself. */
export const pidFilePath = (dir: string): string => join(resolve(dir), 'redis.pid')

const userId = (): number => process.geteuid?.() ?? 0

const look = (path: string, stat: (path: string) => Stats = lstatSync): Stats | undefined => {
  try {
    return stat(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

const mode = (stats: Stats): string => `0${(stats.mode & 0o777).toString(8)}`

/** Builds an error that says why a data folder cannot be used, and what to do. */
export const unusable = (dir: string, what: string, error: unknown): NoRedisError =>
  new NoRedisError(
    `redis.dataDir: ${resolve(dir)} ${what} (${error instanceof Error ? error.message : error}). ` +
      'Give it to this user, or choose another folder (NEWSDESK_REDIS_DATA_DIR).',
    { cause: error },
  )

/** Runs a step on the data folder. @throws NoRedisError that says why the folder cannot be used */
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
  const found = onFolder(dir, 'cannot be looked at', () => look(dir, statSync))
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
 * As `mkdir -p`. That of Node 20.20 never returns on a file system such as /proc, which refuses folders with the error
 * that the parent does not exist.
 */
const makeAll = (path: string): void => {
  const parent = dirname(path)
  if (parent !== path && !look(parent, statSync)) makeAll(parent)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Creates the data folder if it does not exist, and secures it with {@link secureFolder}. */
export const makeFolder = (dir: string, say: (line: string) => void): void => {
  onFolder(dir, 'cannot be made', () => makeAll(resolve(dir)))
  secureFolder(dir, say)
  onFolder(dir, 'cannot be written', () => accessSync(dir, constants.W_OK | constants.X_OK))
}

const isShort = (path: string): boolean => Buffer.byteLength(path) <= LONGEST_SOCKET

const isPrivate = (folder: string): boolean => {
  const found = look(folder)
  return found?.isDirectory() === true && found.uid === userId() && (found.mode & OTHERS) === 0
}

/**
 * Reads the name of the folder of the socket from a file in the data folder. It is undefined if there is none, or if
 * the folder no longer belongs to this user, since temporary folders are emptied.
 */
const keptFolder = (dir: string): string | undefined => {
  const file = join(resolve(dir), SHORT)
  if (!look(file)) return undefined
  const folder = readFileSync(file, 'utf8').trim()
  return folder !== '' && isPrivate(folder) ? folder : undefined
}

/** Path of the socket of the Redis with this data folder; undefined if it has none yet. */
export const socketIn = (dir: string): string | undefined => {
  const own = join(resolve(dir), SOCKET)
  if (isShort(own)) return own
  const folder = keptFolder(dir)
  return folder === undefined ? undefined : join(folder, SOCKET)
}

/**
 * As {@link socketIn}, but creates a temporary folder for the socket if the path of the data folder is too long.
 * @throws NoRedisError if the path of the temporary folder is too long as well
 */
export const makeSocketPath = (dir: string): string => {
  const found = socketIn(dir)
  if (found !== undefined) return found
  const base = [tmpdir(), '/tmp'].find(each => isShort(join(each, 'newsdesk-XXXXXX', SOCKET)))
  if (base === undefined)
    throw new NoRedisError(`The paths of ${resolve(dir)} and ${tmpdir()} are both too long for a socket: shorten one.`)
  // mkdtemp makes it with mode 0700, under a name that nobody could take beforehand.
  const folder = mkdtempSync(join(base, 'newsdesk-'))
  writeFileSync(join(resolve(dir), SHORT), `${folder}\n`, { mode: 0o600 })
  return join(folder, SOCKET)
}

/** Removes the folder that {@link makeSocketPath} made outside the data folder, if it did. */
export const removeSocketFolder = (dir: string): void => {
  const folder = keptFolder(dir)
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  rmSync(join(resolve(dir), SHORT), { force: true })
}

/** Path of the socket in earlier versions. It is predictable, and in a folder where any user may create one. */
export const formerSocketPath = (dir: string): string =>
  join(tmpdir(), `newsdesk-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}.sock`)

/** Reads a process id from a file; undefined if there is none. */
export const readPid = (file: string): number | undefined => {
  if (!look(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').trim())
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Whether a process with this id runs. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Reads about a process from /proc; undefined on systems without it, and for processes of other users. */
const aboutProcess = (pid: number): { readonly cwd: string; readonly name: string } | undefined => {
  try {
    return { cwd: readlinkSync(`/proc/${pid}/cwd`), name: readFileSync(`/proc/${pid}/comm`, 'utf8') }
  } catch {
    // The process has ended or belongs to another user, or there is no /proc.
    return undefined
  }
}

/**
 * Process id of the Redis in the pid file, if it still runs in the folder. It may not answer, since it loads, saves, or
 * has lost its socket.
 */
export const runningPid = (dir: string): number | undefined => {
  const pid = readPid(pidFilePath(dir))
  if (pid === undefined || !isAlive(pid)) return undefined
  const found = aboutProcess(pid)
  // The working directory of Redis is its --dir. If it is another, the id has been reused by another process.
  return found && /redis|valkey/.test(found.name) && found.cwd === realpathSync(dir) ? pid : undefined
}

const intruder = (socket: string, why: string): NoRedisError =>
  new NoRedisError(
    `What listens at ${socket} is not the Redis of this data folder: ${why}. Nothing was sent to it. ` +
      'Find out who runs it, stop it, remove the socket, and start again.',
  )

/**
 * @returns false if there is no socket @throws NoRedisError if it is another user's, or other users may connect to it
 */
const checkSocket = async (socket: string): Promise<boolean> => {
  const deadline = Date.now() + SETTLES
  for (;;) {
    const found = look(socket)
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

/** Asks a server for its process id and data folder; null if none answers, or it is not a Redis that is ready. */
const ask = async (socket: string, ms = ANSWERS): Promise<Said | null> => {
  const probe = new Redis({
    path: socket,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: Math.min(ms, ANSWERS),
  })
  // Without a listener, ioredis would print errors. A probe that fails returns null below.
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
 * Whether our Redis with this data folder answers at the socket.
 * @param ms timeout
 * @returns false if no server answers
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
 * Whether a Redis that an earlier version started for this data folder still answers at its former socket. Sockets of
 * other users are ignored: in a temporary folder, only this user can have created a socket that belongs to this user.
 */
export const formerAnswers = async (dir: string): Promise<boolean> => {
  const socket = formerSocketPath(dir)
  const [found, folder] = [look(socket), look(dirname(socket), statSync)]
  if (!found?.isSocket() || found.uid !== userId() || (found.mode & OTHERS) !== 0) return false
  // If other users may rename files in the folder, they could replace the socket after its owner was checked.
  const isGuarded = folder !== undefined && ((folder.mode & 0o1000) !== 0 || (folder.mode & 0o022) === 0)
  if (!isGuarded) return false
  const said = await ask(socket)
  return said !== null && said.dir === realpathSync(dir)
}

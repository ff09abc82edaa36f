/** Starts and stops a Redis server of our own in a data folder, one at a time however many processes want it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { NoRedisError } from './no-redis.ts'
import { answersAsOurs, isAlive, makeSocketPath, pidFilePath, runningPid, socketIn, unusable } from './own-socket.ts'

/** How long a server may take to start, and to save everything and end, ms. */
export const START_DEADLINE = 30_000
const DISCONNECT_GRACE = 1_000

/**
 * Runs a step that must not run twice at once on one folder. A lock left by a dead process is taken over.
 * @returns undefined if another process holds the lock and `settled` became true meanwhile
 */
export const exclusively = async <T>(
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
export const waitForRunning = async (dir: string, ours: () => Promise<boolean>, within: number): Promise<boolean> => {
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
export const spawnServer = async (
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
export const stopUnlessShared = async (socket: string, answers: () => Promise<boolean>): Promise<void> => {
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

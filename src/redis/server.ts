/**
 * Provides a Redis: the configured one; otherwise a server of our own, started as a child process from a binary on
 * PATH, after installing one with the system's package manager if that needs no password. Never touches somebody else's
 * server.
 */

import { resolve } from 'node:path'
import { type Access, addressOf, type RedisAddress } from '../config/redis-address.ts'
import { NoRedisError } from './no-redis.ts'
import { exclusively, START_DEADLINE, spawnServer, stopUnlessShared, waitForRunning } from './own-server.ts'
import {
  answersAsOurs,
  formerAnswers,
  formerSocketPath,
  makeFolder,
  makeSocketPath,
  removeSocketFolder,
  secureFolder,
  socketIn,
} from './own-socket.ts'
import { probeRedis } from './probe.ts'
import { exited, findServer, installServer, searchPath } from './server-binary.ts'

/** Most time to probe a configured Redis, ms; the caller keeps waiting afterwards. */
const PROBE_TIMEOUT = 3_000

export interface RedisServer {
  readonly address: RedisAddress
  /** Where it comes from, for people: `configured`, or the path of the binary that we run. */
  readonly origin: string
  /** Saves and stops a server of our own; leaves a configured one alone. */
  stop(): Promise<void>
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

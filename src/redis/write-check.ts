/**
 * Finds out whether Redis accepts writes, by writing a key of our own that expires after a second, and says in words
 * why it does not.
 */

import { listMasters } from './nodes.ts'
import { describeServer, type ServerFacts } from './servers.ts'
import type { Store } from './store.ts'
import { isWriteRejected } from './write-rejected.ts'

/** Why Redis rejects writes. Other refusals have the code `OTHER`. */
export const REJECTION_CODES = ['OOM', 'READONLY', 'NOREPLICAS', 'MISCONF', 'BUSY', 'OTHER'] as const
export type RejectionCode = (typeof REJECTION_CODES)[number]

export interface WriteRejection {
  readonly code: RejectionCode
  /** `Redis rejects writes: OOM, 512 MB of 512 MB`. */
  readonly text: string
  /** What ends it. */
  readonly fix: string
}

/** Lifetime of the probe keys, ms. */
const TTL = 1_000
/** Keys per master of a cluster: so many names that each master gets one of them. */
const PER_MASTER = 8

const FIXES: Readonly<Record<RejectionCode, string>> = {
  OOM: 'raise maxmemory (`redis-cli CONFIG SET maxmemory 1gb`, and in redis.conf), or set articles.memory or a shorter articles.retention',
  READONLY: 'point redis.url (NEWSDESK_REDIS_URL) at the master, or make this server one: `redis-cli REPLICAOF NO ONE`',
  NOREPLICAS: 'start the replicas of Redis, or lower min-replicas-to-write',
  MISCONF: 'free the disk of Redis, or make its folder writable: the log of Redis says what it could not write',
  BUSY: 'wait for the script that Redis runs, or end it: `redis-cli SCRIPT KILL`',
  OTHER: 'the log of Redis says more',
}

const codeOf = (message: string): RejectionCode => {
  if (/^UNBLOCKED force/.test(message)) return 'READONLY'
  const found = /\b(OOM|READONLY|NOREPLICAS|MISCONF|BUSY)\b/.exec(message)?.[1]
  return REJECTION_CODES.find(code => code === found) ?? 'OTHER'
}

/** Small sizes with a decimal, so that both numbers of a small limit differ where the sizes do. */
const megabytes = (bytes: number): string => {
  const size = bytes / 1_048_576
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} MB`
}

/** The master that is fullest by its own limit. */
const fullest = (servers: readonly ServerFacts[]): ServerFacts | undefined =>
  servers.filter(({ limit }) => limit > 0).toSorted((a, b) => b.memory / b.limit - a.memory / a.limit)[0]

const detail = (code: RejectionCode, message: string, servers: readonly ServerFacts[]): string => {
  if (code === 'OOM') {
    const full = fullest(servers)
    return full ? `${megabytes(full.memory)} of ${megabytes(full.limit)}` : 'its memory is full'
  }
  if (code === 'READONLY') {
    const master = servers.find(({ follows }) => follows !== null)?.follows
    return master ? `it is a replica of ${master}` : 'it is a replica'
  }
  if (code === 'NOREPLICAS') {
    const replicas = servers.flatMap(server => (server.replicas === null ? [] : [server.replicas]))
    return `${replicas.length > 0 ? `${Math.min(...replicas)} replicas are connected, ` : ''}fewer than min-replicas-to-write`
  }
  if (code === 'MISCONF') return 'it cannot write its data to disk'
  if (code === 'BUSY') return 'it runs a script that does not end'
  return message
}

/**
 * @param servers of all masters; empty if they could not be asked
 * (pure)
 */
export const describeRejection = (error: Error, servers: readonly ServerFacts[]): WriteRejection => {
  const code = codeOf(error.message)
  const why = detail(code, error.message, servers)
  return {
    code,
    text: `Redis rejects writes: ${code === 'OTHER' ? why : `${code}, ${why}`}`,
    fix: FIXES[code],
  }
}

/** Explains a rejected write by the state of the servers as it is now. */
export const explainRejection = async ({ redis }: Pick<Store, 'redis'>, error: Error): Promise<WriteRejection> => {
  // A Redis that is busy answers nothing at all.
  const servers = await listMasters(redis)
    .then(masters => Promise.all(masters.map(describeServer)))
    .catch(() => [])
  return describeRejection(error, servers)
}

/**
 * @returns the refusal; null if Redis accepts writes, or if the user of this connection may not write, which proves
 * nothing
 * @throws any other error
 */
const probe = async ({ redis, keys }: Store, name: string): Promise<Error | null> => {
  try {
    await redis.set(keys.writeProbe(name), '', 'PX', TTL)
    return null
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (isWriteRejected(error)) return error
    if (error.message.startsWith('NOPERM')) return null
    throw error
  }
}

/** @returns the refusal of one of the masters; null if all accept writes */
export const probeWrites = async (store: Store): Promise<Error | null> => {
  const masters = store.redis.isCluster ? (await listMasters(store.redis)).length : 0
  const names = masters === 0 ? ['0'] : Array.from({ length: masters * PER_MASTER }, (_, index) => String(index))
  const refusals = await Promise.all(names.map(name => probe(store, name)))
  return refusals.find(refusal => refusal !== null) ?? null
}

/** @returns why Redis rejects writes; null if it accepts them */
export const checkWrites = async (store: Store): Promise<WriteRejection | null> => {
  const refusal = await probeWrites(store)
  return refusal === null ? null : explainRejection(store, refusal)
}

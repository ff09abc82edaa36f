/** Describes the servers behind a connection: one Redis, or all masters of a cluster as one. */

import type { Redis } from 'ioredis'
import { listMasters } from './nodes.ts'

export interface Servers {
  /** Of the oldest server. */
  readonly version: string
  /** Bytes used, in total. */
  readonly memory: number
  /** Bytes in total; 0 if one of them has no limit. */
  readonly limit: number
  /** The first policy other than `noeviction`; `unknown` if not reported. */
  readonly policy: string
  readonly masters: number
  /** Replicas of the master that has the fewest; null if not reported. */
  readonly replicas: number | null
  /** Whether all servers write an append-only file; null if not reported. */
  readonly durable: boolean | null
}

const parseField = (info: string, field: string): string =>
  new RegExp(`^${field}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? ''

/** What one server says about itself. */
export interface ServerFacts {
  readonly version: string
  /** Bytes. */
  readonly memory: number
  /** Bytes; 0 without a limit. */
  readonly limit: number
  readonly policy: string
  readonly replicas: number | null
  readonly durable: boolean | null
  /** The master that it follows as a replica, `host:port`; null for a master. */
  readonly follows: string | null
}

export const describeServer = async (master: Redis): Promise<ServerFacts> => {
  // Not by CONFIG GET: a user that may read one setting with it may also read the server's password.
  const info = await master.info()
  const number = (name: string) => Number(parseField(info, name))
  return {
    version: parseField(info, 'redis_version'),
    memory: number('used_memory'),
    limit: number('maxmemory'),
    policy: parseField(info, 'maxmemory_policy') || 'unknown',
    replicas: parseField(info, 'connected_slaves') === '' ? null : number('connected_slaves'),
    durable: parseField(info, 'aof_enabled') === '' ? null : number('aof_enabled') === 1,
    follows:
      parseField(info, 'role') === 'slave'
        ? `${parseField(info, 'master_host')}:${parseField(info, 'master_port')}`
        : null,
  }
}

export const readServers = async (redis: Redis): Promise<Servers> => {
  const seen = await Promise.all((await listMasters(redis)).map(describeServer))
  const [first] = seen
  const sum = (of: (each: (typeof seen)[number]) => number) => seen.reduce((all, each) => all + of(each), 0)
  const reported = seen.flatMap(({ replicas }) => (replicas === null ? [] : [replicas]))
  return {
    version: seen.map(({ version }) => version).sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b))[0] ?? '',
    memory: sum(({ memory }) => memory),
    limit: seen.some(({ limit }) => limit === 0) ? 0 : sum(({ limit }) => limit),
    policy: (seen.find(({ policy }) => policy !== 'noeviction') ?? first)?.policy ?? 'unknown',
    masters: seen.length,
    replicas: reported.length < seen.length ? null : Math.min(...reported),
    durable: seen.some(({ durable }) => durable === null) ? null : seen.every(({ durable }) => durable === true),
  }
}

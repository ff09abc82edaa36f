/** A Redis Cluster on loopback of real servers, made as an operator makes one; ended with the file. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { findOnPath } from '../../src/redis/server-binary.ts'
import { until } from './until.ts'

const SLOTS = 16_384
const MASTERS = 3

/** Free ports, held all at once so that none is given twice. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

export const serverBinary = (): string | undefined =>
  findOnPath('redis-server', `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/bin`)

export const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

export interface ClusterNode {
  readonly port: number
  /** Straight to it, whatever its role. */
  readonly redis: Redis
  isAlive(): boolean
  /** Ends it at once, whatever it has in hand. */
  kill(): Promise<void>
  /** Starts it again as a service manager would: it knows its cluster, and takes its place in it. */
  restart(): void
}

export interface TestCluster {
  readonly url: string
  readonly client: Cluster
  readonly nodes: readonly ClusterNode[]
  /** Nodes that are masters now, as one of those alive tells. */
  masters(): Promise<ClusterNode[]>
  /** The master of a key. */
  masterOf(key: string): Promise<ClusterNode>
  replicaOf(master: ClusterNode): Promise<ClusterNode>
}

/**
 * Three masters that share the slots, and their replicas.
 * @param options.nodeTimeout ms after which a silent node is taken for gone
 * @returns undefined where no redis-server is on PATH
 */
export const aCluster = async ({
  replicas = 0,
  nodeTimeout = 5_000,
  args = [] as readonly string[],
} = {}): Promise<TestCluster | undefined> => {
  const binary = serverBinary()
  if (!binary) return undefined
  const count = MASTERS * (1 + replicas)
  const ports = await freePorts(count * 2)
  const nodes = ports.slice(0, count).map((port, index) => {
    const dir = mkdtempSync(join(tmpdir(), 'newsdesk-node-'))
    const start = () =>
      spawn(
        binary,
        [
          ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
          ...['--cluster-enabled', 'yes', '--cluster-port', String(ports[count + index])],
          ...['--cluster-node-timeout', String(nodeTimeout), '--repl-diskless-sync-delay', '0', ...args],
        ],
        { stdio: 'ignore' },
      )
    let child = start()
    const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null, retryStrategy: () => 50 })
    // Until it listens, it refuses.
    redis.on('error', () => undefined)
    const isAlive = () => child.exitCode === null && child.signalCode === null
    return {
      ...{ port, dir, redis, isAlive },
      kill: () => killed(child),
      restart() {
        child = start()
      },
    }
  })
  const client = new Cluster(
    nodes.slice(0, MASTERS).map(({ port }) => ({ host: '127.0.0.1', port })),
    { lazyConnect: true, redisOptions: { maxRetriesPerRequest: null }, maxRedirections: 1_000 },
  )
  afterAll(async () => {
    client.disconnect()
    for (const { redis } of nodes) redis.disconnect()
    await Promise.all(nodes.map(node => node.kill()))
    for (const { dir } of nodes) rmSync(dir, { recursive: true, force: true })
  })
  for (const [index, { redis }] of nodes.entries()) {
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    if (index >= MASTERS) continue
    const [from, to] = [Math.floor((SLOTS * index) / MASTERS), Math.floor((SLOTS * (index + 1)) / MASTERS) - 1]
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
  }
  const [first] = nodes
  for (const [index, { port }] of nodes.entries())
    if (index > 0) await first?.redis.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(ports[count + index]))
  const told = (pattern: RegExp) => async () =>
    (await Promise.all(nodes.map(({ redis }) => redis.call('CLUSTER', 'INFO')))).every(text =>
      pattern.test(String(text)),
    )
  await until(told(new RegExp(`cluster_known_nodes:${count}`)))
  const ids = await Promise.all(nodes.map(async ({ redis }) => String(await redis.call('CLUSTER', 'MYID'))))
  for (const [index, { redis }] of nodes.entries())
    if (index >= MASTERS)
      await until(() =>
        redis.call('CLUSTER', 'REPLICATE', ids[index % MASTERS] ?? '').then(
          () => true,
          () => false,
        ),
      )
  await until(told(/cluster_state:ok/))
  await until(async () =>
    (await Promise.all(nodes.slice(0, MASTERS).map(({ redis }) => redis.info('replication')))).every(
      text => new RegExp(`connected_slaves:${replicas}`).test(text) && !/state=(?!online)/.test(text),
    ),
  )
  await client.connect()

  const alive = () => nodes.filter(node => node.isAlive())
  const slots = async () => {
    const [asked] = alive()
    return (await asked?.redis.cluster('SLOTS')) ?? []
  }
  const nodeAt = (port: number | undefined): ClusterNode => {
    const found = nodes.find(node => node.port === port)
    if (!found) throw new Error(`no node on port ${port}`)
    return found
  }
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    client,
    nodes,
    async masters() {
      return [...new Set((await slots()).map(([, , master]) => nodeAt(master?.[1])))]
    },
    async masterOf(key) {
      const slot = Number(await alive()[0]?.redis.cluster('KEYSLOT', key))
      const range = (await slots()).find(([from, to]) => from <= slot && slot <= to)
      return nodeAt(range?.[2]?.[1])
    },
    async replicaOf(master) {
      const range = (await slots()).find(([, , first]) => first?.[1] === master.port)
      return nodeAt(range?.[3]?.[1])
    },
  }
}

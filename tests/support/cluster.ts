/** A Redis Cluster of three nodes on loopback, without replicas; ended with the file. Undefined where no redis-server is on PATH. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { findOnPath } from '../../src/redis/server.ts'
import { until } from './until.ts'

const SLOTS = 16_384

/** Free ports, held all at once so that none is given twice. */
const freePorts = async (count: number): Promise<number[]> => {
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

export const aCluster = async (): Promise<Cluster | undefined> => {
  const binary = findOnPath('redis-server', process.env.PATH ?? '')
  if (!binary) return undefined
  const dirs: string[] = []
  const nodes: ChildProcess[] = []
  const clients: Redis[] = []
  const ports = await freePorts(6)
  for (const [index, port] of ports.slice(0, 3).entries()) {
    const dir = mkdtempSync(join(tmpdir(), 'newsdesk-cluster-'))
    dirs.push(dir)
    const bus = String(ports[index + 3])
    nodes.push(
      spawn(
        binary,
        [
          ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
          ...['--cluster-enabled', 'yes', '--cluster-port', bus, '--cluster-node-timeout', '5000'],
        ],
        { stdio: 'ignore' },
      ),
    )
    const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null, retryStrategy: () => 50 })
    // Until it listens, it refuses.
    clients.push(client.on('error', () => undefined))
  }
  const cluster = new Cluster([{ host: '127.0.0.1', port: ports[0] ?? 0 }], { lazyConnect: true })
  afterAll(async () => {
    cluster.disconnect()
    for (const client of clients) client.disconnect()
    await Promise.all(
      nodes.map(async node => {
        if (node.exitCode !== null) return
        node.kill()
        await once(node, 'exit')
      }),
    )
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
  })
  for (const [index, client] of clients.entries()) {
    const [from, to] = [Math.floor((SLOTS * index) / 3), Math.floor((SLOTS * (index + 1)) / 3) - 1]
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
  }
  for (const [index, port] of ports.slice(1, 3).entries())
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(ports[index + 4]))
  await until(async () => {
    const told = await Promise.all(clients.map(client => client.call('CLUSTER', 'INFO')))
    return told.every(text => /cluster_state:ok/.test(String(text)) && /cluster_known_nodes:3/.test(String(text)))
  })
  await cluster.connect()
  return cluster
}

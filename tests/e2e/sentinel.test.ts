import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Access, addressOf } from '../../src/config/redis-address.ts'
import { openRedis } from '../../src/redis/connect.ts'
import { probeRedis } from '../../src/redis/probe.ts'
import { createReplicationBarrier } from '../../src/redis/replication-barrier.ts'
import { freePorts, killed, serverBinary } from '../support/cluster.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const PASSWORD = 'secret'
const MASTER_DOWN = 1_000

/** A master, two replicas and three sentinels, all with passwords; ended with the file. */
const watched = async () => {
  const binary = serverBinary()
  if (!binary) return undefined
  const ports = await freePorts(6)
  const [master = 0, ...replicas] = ports.slice(0, 3)
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-sentinel-'))
  const children = new Map<number, ChildProcess>()
  const start = (port: number, lines: readonly string[], ...args: string[]) => {
    const file = join(dir, `${port}.conf`)
    writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, ...lines, ''].join('\n'))
    children.set(port, spawn(binary, [file, ...args], { stdio: 'ignore' }))
  }
  afterAll(async () => {
    await Promise.all([...children.values()].map(killed))
    rmSync(dir, { recursive: true, force: true })
  })
  const server = [`requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`, 'save ""', 'repl-diskless-sync-delay 0']
  start(master, [...server, `dbfilename ${master}.rdb`])
  for (const port of replicas) start(port, [...server, `dbfilename ${port}.rdb`, `replicaof 127.0.0.1 ${master}`])
  const one = openRedis(addressOf(`redis://:${PASSWORD}@127.0.0.1:${master}`), {
    ...{ maxRetriesPerRequest: null, retryStrategy: () => 50 },
  })
  one.on('error', () => undefined) // until it listens, and when it is killed
  afterAll(() => one.disconnect())
  await until(async () => /connected_slaves:2/.test(await one.info('replication')))
  for (const port of ports.slice(3))
    start(
      port,
      [
        ...[`requirepass ${PASSWORD}`, `sentinel sentinel-pass ${PASSWORD}`],
        `sentinel monitor main 127.0.0.1 ${master} 2`,
        ...[`sentinel auth-pass main ${PASSWORD}`, `sentinel down-after-milliseconds main ${MASTER_DOWN}`],
        'sentinel failover-timeout main 5000',
      ],
      '--sentinel',
    )
  const access: Access = { sentinelPassword: PASSWORD }
  const hosts = ports.slice(3).map(port => `127.0.0.1:${port}`)
  return {
    kill: async () => {
      const child = children.get(master)
      if (child) await killed(child)
    },
    addressOf: (name: string, some = access) =>
      addressOf(`redis-sentinel://:${PASSWORD}@${hosts.join(',')}/${name}`, some),
    known: () =>
      until(
        async () =>
          (await probeRedis(addressOf(`redis-sentinel://:${PASSWORD}@${hosts.join(',')}/main`, access))) === null,
      ),
  }
}

const servers = await watched()

describe.skipIf(!servers)('a Redis watched by sentinels', () => {
  const { kill, addressOf: named, known } = servers as NonNullable<typeof servers>

  it('a probe of Redis reports sentinels that know no such master, or that require a password', async () => {
    await known()
    expect(await probeRedis(named('other'))).toMatch(/know no master "other"; they know: main/)
    expect(await probeRedis(named('main', {}))).toMatch(
      /sentinels refuse the user or password \(NOAUTH\): correct redis\.sentinelPassword/,
    )
  })

  it('a Redis watched by sentinels can lose its master without losing replicated data, and feeds still become lists', async () => {
    const feed = await aFeed([{ title: 'Before the storm' }])
    const desk = testDaemon({
      address: named('main'),
      sources: [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }],
      settings: { redis: { replicas: 1 } },
    })
    await desk.start()
    const titles = async () => (await desk.list('latest')).map(({ title }) => title)
    await until(titles, all => all.length === 1)
    const keeper = createReplicationBarrier({ redis: desk.redis, replicas: 1 })
    const acknowledged: string[] = []
    const ends = new AbortController()
    const writing = (async () => {
      for (let n = 0; !ends.signal.aborted; n += 1) {
        const settled = keeper.begin()
        try {
          await desk.redis.hset(`${desk.keys.prefix}:written`, `n${n}`, n)
          await settled()
          acknowledged.push(`n${n}`)
        } catch {
          // Not acknowledged.
        }
      }
    })()
    await until(() => acknowledged.length > 200)
    await kill()
    const before = acknowledged.length
    feed.state.items = [{ title: 'After the storm' }, ...feed.state.items]
    await until(titles, all => all.length === 2)
    await until(() => acknowledged.length > before + 100)
    ends.abort()
    await writing
    const written = await desk.redis.hgetall(`${desk.keys.prefix}:written`)
    expect(acknowledged.filter(field => written[field] === undefined)).toEqual([])
    expect(await titles()).toEqual(['After the storm', 'Before the storm'])
  })
})

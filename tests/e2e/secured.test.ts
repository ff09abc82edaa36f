import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { startDaemon } from '../../src/app/daemon.ts'
import { createClient } from '../../src/client/index.ts'
import { type Access, addressOf } from '../../src/config/redis-address.ts'
import { ROLES, type Role } from '../../src/config/roles.ts'
import { ACL_USERS, type AclUser, aclRules } from '../../src/redis/acl.ts'
import { openRedis } from '../../src/redis/connect.ts'
import { probeRedis } from '../../src/redis/probe.ts'
import { createQuarantine } from '../../src/sources/quarantine/quarantine.ts'
import { logIn, post, seen, setUp } from '../support/admin.ts'
import { sourceId } from '../support/articles.ts'
import { certificates } from '../support/certificates.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { freePorts, killed, serverBinary } from '../support/cluster.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { aHub } from '../support/hub.ts'
import { until } from '../support/until.ts'

const binary = serverBinary()
const certs = certificates()
endAll()

const aSecuredServer = async () => {
  if (!binary || !certs) return undefined
  const [port = 0] = await freePorts(1)
  const dir = mkdtempSync(join(tmpdir(), 'newsdesk-tls-'))
  const child = spawn(
    binary,
    [
      ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''],
      ...['--tls-cert-file', certs.cert, '--tls-key-file', certs.key, '--tls-ca-cert-file', certs.ca],
      ...['--tls-auth-clients', 'no', '--requirepass', 'root', '--maxmemory-policy', 'noeviction'],
    ],
    { stdio: 'ignore' },
  )
  const access: Access = { tlsCa: certs.ca }
  const addressFor = (user: string, password: string, some: Access = access) =>
    addressOf(`rediss://${user}:${password}@127.0.0.1:${port}`, some)
  const connect = (user: string, password: string) =>
    openRedis(addressFor(user, password), { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  const root = connect('default', 'root')
  root.on('error', () => undefined) // until it listens
  afterAll(async () => {
    root.disconnect()
    await killed(child)
    rmSync(dir, { recursive: true, force: true })
  })
  await root.ping()
  return { port, addressFor, connect, root }
}

const secured = await aSecuredServer()

describe.skipIf(!secured)('a Redis with TLS and a user for each role', () => {
  const { addressFor, connect, root, port } = secured as NonNullable<typeof secured>
  const log: Logger = pino({ level: 'silent' })
  const stops: (() => Promise<void> | void)[] = []
  afterAll(() => Promise.all(stops.map(stop => stop())))

  const refusals = async (): Promise<string[]> =>
    ((await root.call('ACL', 'LOG')) as string[][]).map(entry => {
      const value = (name: string) => entry[entry.indexOf(name) + 1]
      return `${value('username')}: ${value('reason')} ${value('object')} (${value('context')})`
    })

  /** Users for the roles of a desk; each of its daemons comes as the one of its role. */
  const usersOf = async ({ keys: { prefix }, config }: ReturnType<typeof testDaemon>) => {
    const nameOf = (user: AclUser) => `${prefix}-${user}`
    for (const user of ACL_USERS) await root.call('ACL', 'SETUSER', nameOf(user), '>secret', ...aclRules(user, prefix))
    const start = async (role: Role, some = config) => {
      const daemon = await startDaemon({
        config: some,
        roles: [role],
        redis: { address: addressFor(nameOf(role), 'secret'), origin: 'test', stop: async () => undefined },
        log,
      })
      stops.unshift(() => daemon.stop())
      return daemon
    }
    return { nameOf, start }
  }

  it('a Redis with TLS and a user for each role serves daemons of one role each, and services, with no more than their rules: nothing they need is refused', async () => {
    const feed = await aFeed([
      { title: 'Ferry treaty signed', category: 'World' },
      { title: 'Bank keeps its rate', category: 'Business' },
    ])
    const desk = testDaemon({
      address: addressFor('default', 'root'),
      sources: [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }],
      settings: { http: { port: 0 } },
    })
    const { prefix } = desk.keys
    const { nameOf, start } = await usersOf(desk)
    const [, , , , , http, admin] = await Promise.all(ROLES.map(role => start(role)))
    const [reading, reporting] = [connect(nameOf('reading'), 'secret'), connect(nameOf('reporting'), 'secret')]
    stops.push(
      () => reading.disconnect(),
      () => reporting.disconnect(),
    )
    const reader = createClient(reading, { prefix })
    // What is refused meanwhile is what a failure here is about.
    const { latest } = await until(
      async () => ({ latest: await reader.lists.get('latest'), refused: await refusals() }),
      ({ latest, refused }) => latest.length === 2 || refused.length > 3,
    )
    expect(await refusals()).toEqual([])
    const [first] = latest
    await createClient(reporting, { prefix }).events.report([
      { kind: 'view', article: first?.id ?? '', visitor: 'v' },
      { kind: 'view', article: first?.id ?? '', visitor: 'w' },
    ])
    await until(
      () => reader.article(first?.id ?? ''),
      article => article?.views === 2,
    )
    expect((await reader.sections()).length).toBeGreaterThan(3)
    const url = await setUp(admin ?? fail('admin'))
    const cookie = await logIn(url)
    for (const path of ['/', '/overview', '/sources/courier', '/articles', '/queues/', '/queues/api/queues', '/audit'])
      expect((await seen(url, path, cookie)).length, path).toBeGreaterThan(50)
    expect((await fetch(`${http?.httpUrl}/v1/lists/latest`)).status).toBe(200)
    const answer = await fetch(`${http?.httpUrl}/v1/events`, {
      method: 'POST',
      body: JSON.stringify([{ kind: 'view', article: first?.url, visitor: 'x' }]),
      headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Firefox/140.0' },
    })
    expect(answer.status).toBe(204)
    // An edited item, and another minute's worth of ticks' first runs.
    feed.state.items = [
      { title: 'Ferry treaty ratified', path: 'ferry-treaty-signed', category: 'World' },
      ...feed.state.items.slice(1),
    ]
    await until(
      () => reader.lists.get('latest'),
      list => list.some(({ title }) => title === 'Ferry treaty ratified'),
    )
    expect(await refusals()).toEqual([])

    const may = (user: AclUser, ...command: string[]) =>
      root.call('ACL', 'DRYRUN', nameOf(user), ...command).then(String)
    const forbidden: [AclUser, string[]][] = [
      ...ACL_USERS.flatMap((user): [AclUser, string[]][] => [
        [user, ['FLUSHALL']],
        [user, ['KEYS', '*']],
        [user, ['CONFIG', 'SET', 'save', '']],
        [user, ['CONFIG', 'GET', 'requirepass']],
        [user, ['GET', 'somebody:else']],
        [user, ['ACL', 'LIST']],
        [user, ['SHUTDOWN']],
      ]),
      ['reading', ['DEL', `${prefix}:list:latest`]],
      ['reading', ['XADD', `${prefix}:events`, '*', 'kind', 'view']],
      ['reading', ['HGETALL', `{${prefix}:admin}:users`]],
      ['reporting', ['LRANGE', `${prefix}:list:latest`, '0', '-1']],
      ['reporting', ['XRANGE', `${prefix}:events`, '-', '+']],
      ['reporting', ['DEL', `${prefix}:events`]],
      ['crawl', ['DEL', `${prefix}:list:latest`]],
      ['crawl', ['HSET', `${prefix}:article:a`, 'title', 'x']],
      ['crawl', ['XADD', `${prefix}:events`, '*', 'kind', 'view']],
      ['crawl', ['HGETALL', `{${prefix}:admin}:users`]],
      ['articles', ['DEL', `${prefix}:list:latest`]],
      ['articles', ['ZADD', `${prefix}:sources:due`, '1', 'courier']],
      ['articles', ['HGETALL', `{${prefix}:admin}:users`]],
      ['publish', ['HSET', `${prefix}:article:a`, 'title', 'x']],
      ['publish', ['ZADD', `${prefix}:sources:due`, '1', 'courier']],
      ['events', ['DEL', `${prefix}:list:latest`]],
      ['events', ['ZADD', `${prefix}:sources:due`, '1', 'courier']],
      ['http', ['DEL', `${prefix}:list:latest`]],
      // It reads an article for its page, and nothing else of articles.
      ['http', ['HSET', `${prefix}:article:a`, 'title', 'x']],
      ['http', ['HGETALL', `${prefix}:story:a`]],
      ['http', ['GET', `${prefix}:alias:a`]],
      ['http', ['HGETALL', `{${prefix}:admin}:users`]],
      ['scheduler', ['HGETALL', `{${prefix}:admin}:users`]],
    ]
    for (const [user, command] of forbidden)
      expect(await may(user, ...command), `${user} ${command.join(' ')}`).not.toBe('OK')
    expect(await may('reading', 'LRANGE', `${prefix}:list:latest`, '0', '-1')).toBe('OK')
    expect(await may('http', 'HGETALL', `${prefix}:article:a`)).toBe('OK')
  })

  it('a Redis with TLS and a user for each role lets each role do its part of push and quarantine: nothing it needs is refused', async () => {
    await root.call('ACL', 'LOG', 'RESET')
    const hub = await aHub()
    const items: FeedItemSketch[] = [{ title: 'Ferry treaty signed' }]
    const broken = '<item><title>No link at all</title></item>'
    const feed = await serve((request, response) => {
      if (request.url === '/page') response.end('<!doctype html><title>Maintenance</title>')
      else
        response
          .writeHead(200, { link: `<${hub.url}>; rel="hub", <${topic}>; rel="self"` })
          .end(rss(items).replace('</channel>', `${broken}</channel>`))
    })
    const topic = `${feed.url}/rss`
    hub.topics.set(topic, rss(items))
    const desk = testDaemon({
      address: addressFor('default', 'root'),
      sources: [
        { id: 'courier', name: 'Courier', url: topic, section: 'world', interval: '12h' },
        { id: 'herald', name: 'Herald', url: `${feed.url}/page`, section: 'world', interval: '12h' },
      ],
    })
    const { start } = await usersOf(desk)
    const admin = await start('admin')
    const { settings } = desk.config
    const pushed = {
      ...desk.config,
      settings: { ...settings, push: { ...settings.push, baseUrl: admin.adminUrl ?? '' } },
    }
    await admin.reload(pushed)
    const [scheduler] = await Promise.all(
      (['scheduler', 'crawl', 'articles', 'publish', 'events'] as const).map(role => start(role, pushed)),
    )
    // What is refused meanwhile is what a failure here is about.
    const soon = async (what: string, look: () => Promise<boolean> | boolean) => {
      const seen = async () => ({ what, isSo: await look(), refused: await refusals() })
      const { refused } = await until(seen, ({ isSo, refused }) => isSo || refused.length > 0)
      expect(refused).toEqual([])
    }
    const has = (title: string) => async () => (await desk.list('latest')).some(each => each.title === title)

    await soon('subscribed', () => hub.subscribers() > 0)
    hub.topics.set(topic, rss([{ title: 'Bridge reopens' }, ...items]))
    hub.publish(topic)
    await soon('delivered', has('Bridge reopens'))

    const quarantine = createQuarantine({ redis: desk.redis, keys: desk.keys, now: Date.now })
    const herald = sourceId('herald')
    await soon('kept', async () => (await quarantine.bodies(herald)).length > 0)
    await soon('refused', async () => (await quarantine.refused()).length > 0)
    const body = Buffer.from(rss([{ title: 'Mayor resigns' }]))
    await quarantine.keep(herald, { body, reason: 'test', contentType: null, url: `${feed.url}/page` })
    const url = await setUp(admin)
    const cookie = await logIn(url)
    expect(await seen(url, '/quarantine', cookie)).toContain('Maintenance')
    const origin = { cookie, origin: url, 'sec-fetch-site': 'same-origin' }
    for (const { id, reason } of await quarantine.bodies(herald))
      await post(url, `/quarantine/herald/${id}/${reason === 'test' ? 'replay' : 'drop'}`, {}, origin)
    await soon('dropped', async () => (await quarantine.bodies(herald)).length === 0)
    await soon('replayed', has('Mayor resigns'))

    await scheduler?.reload({ ...pushed, sources: [] })
    await soon('goodbye', () => hub.subscribers() === 0)
  })

  it('a Redis with TLS and a user for each role can be used by the commands of the terminal', async () => {
    const { dir } = aConfigFolder({
      settings: `redis: { url: 'rediss://default:root@127.0.0.1:${port}', tlsCa: ${certs?.ca}, prefix: typed }\n`,
    })
    for (const args of [
      ['migrate', '--dry-run', '--json'],
      ['sources', '--json'],
      ['doctor', '--json'],
    ]) {
      const command = cli(args, { NEWSDESK_CONFIG: dir })
      await command.ended
      expect(command.err(), args.join(' ')).not.toMatch(/certificate|Redis is away|not trusted/i)
      expect(command.out(), args.join(' ')).toMatch(/^[[{]/)
    }
  })

  it('a daemon says at the start what does not mend itself on a Redis with TLS and users, and how to mend it', async () => {
    const none = {}
    const trusted = { tlsCa: certs?.ca ?? '' }
    expect(await probeRedis(addressFor('default', 'root'))).toBeNull()
    expect(await probeRedis(addressFor('default', 'wrong'))).toMatch(/password is refused \(WRONGPASS\).*redis\.url/)
    expect(await probeRedis(addressFor('default', 'wrong'))).not.toContain(':wrong')
    expect(await probeRedis(addressFor('default', 'root', none))).toMatch(/not trusted.*redis\.tlsCa/)
    const named = { ...trusted, tlsServerName: 'redis.example' }
    expect(await probeRedis(addressFor('default', 'root', named))).toMatch(/another name.*redis\.tlsServerName/)
    const missing = { tlsCa: '/nowhere/ca.pem' }
    expect(await probeRedis(addressFor('default', 'root', missing))).toMatch(/\/nowhere\/ca\.pem cannot be read/)
    expect(await probeRedis(addressOf(`rediss-cluster://default:root@127.0.0.1:${port}`, trusted))).toMatch(
      /no cluster: write redis:/,
    )
    expect(
      await probeRedis(
        addressOf(`rediss-sentinel://127.0.0.1:${port}/main`, {
          ...trusted,
          sentinelUser: 'default',
          sentinelPassword: 'root',
        }),
      ),
    ).toMatch(/no sentinel: write redis:/)
    // Merely away: it is waited for.
    expect(await probeRedis(addressOf('redis://127.0.0.1:1'))).toBeNull()
  })
})

const fail = (what: string): never => {
  throw new Error(`no ${what}`)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf, findUrlError, showAddress } from '../../src/config/redis-address.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { probeRedis } from '../../src/redis/probe.ts'
import { authenticationProblem } from '../../src/redis/setup.ts'
import { isTransientError } from '../../src/redis/transient-error.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { freePorts, killed, serverBinary } from '../support/cluster.ts'
import { aFolder } from '../support/folder.ts'
import { until } from '../support/until.ts'

endAll()
const binary = serverBinary()

describe.skipIf(!binary)('a Redis that refuses the setup of a connection', () => {
  let port = 0
  let child: ChildProcess
  const dir = aFolder('setup')
  const root = () => new Redis({ port, host: '127.0.0.1', password: 'root-of-all', maxRetriesPerRequest: null })
  const open: { disconnect(): void }[] = []
  const start = async (databases = 16) => {
    child = spawn(
      binary ?? '',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
        ...['--requirepass', 'root-of-all', '--databases', String(databases)],
      ],
      { stdio: 'ignore' },
    )
    const redis = root()
    redis.on('error', () => undefined) // until it listens
    await redis.ping()
    return redis
  }
  let redis: Redis
  beforeAll(async () => {
    port = (await freePorts(1))[0] ?? 0
    redis = await start()
    await redis.call('ACL', 'SETUSER', 'bound', 'on', '>bound-one', '~*', '&*', '+@all', '-select')
    open.push(redis)
  })
  afterAll(async () => {
    for (const each of open) each.disconnect()
    await killed(child)
  })
  const url = (user: string, db: string) => `redis://${user}@127.0.0.1:${port}${db}`

  it.each([
    [
      'a database that it does not have',
      () => url(':root-of-all', '/99'),
      /has no database of this number.*redis\.url/,
    ],
    [
      'a database, of a user who may not choose one',
      () => url('bound:bound-one', '/2'),
      /may not choose a database.*\+select/,
    ],
    ['a wrong password', () => url(':root-of-none', '/0'), /user or password is refused \(WRONGPASS\)/],
    ['no password', () => `redis://127.0.0.1:${port}`, /user or password is refused \(NOAUTH\)/],
  ])(
    'a Redis that refuses the setup of a connection with %s stops the start with the reason, and is no passing outage',
    { timeout: 120_000 },
    async (_, of, why) => {
      expect(await probeRedis(addressOf(of()))).toMatch(why)
      const { dir } = aConfigFolder({ settings: 'admin: { port: 0 }\n' })
      const daemon = cli(['start'], { NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: of() })
      expect(await daemon.ended).toBe(1)
      expect(daemon.out() + daemon.err()).toMatch(why)
      expect(daemon.out() + daemon.err()).not.toMatch(/root-of-|bound-one|\n {4}at /)
      expect(await redis.dbsize()).toBe(0)
    },
  )

  it('a Redis user without permission to select a database works in database 0', async () => {
    expect(await probeRedis(addressOf(url('bound:bound-one', '/0')))).toBeNull()
  })

  it('a Redis that refuses the selected database after a restart is not written to until it accepts it again', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) } as never)
    const main = connectRedis(addressOf(url(':root-of-all', '/9')), log, 'main')
    const blocking = main.duplicate()
    blocking.on('error', () => undefined) // as BullMQ listens
    open.push(main, blocking)
    await main.set('where', 'nine')
    redis.disconnect()
    await killed(child)
    redis = await start(4)
    open.push(redis)
    const written = [main.set('later', 'nine'), blocking.set('later-too', 'nine')]
    await until(() => lines.some(line => line.includes('Redis refuses the connection')))
    expect(lines.join('')).toMatch(/no database of this number.*until then nothing is done/)
    expect(await redis.dbsize()).toBe(0)
    redis.disconnect()
    await killed(child)
    redis = await start(16)
    open.push(redis)
    await Promise.all(written)
    expect(await redis.dbsize()).toBe(0)
    expect(await main.mget('later', 'later-too')).toEqual(['nine', 'nine'])
  })

  it('a Redis whose password changed keeps pending work, which resumes once it accepts ours again', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) } as never)
    const main = connectRedis(addressOf(url(':root-of-all', '/0')), log, 'main')
    open.push(main)
    await main.ping()
    await redis.call('CONFIG', 'SET', 'requirepass', 'another')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    const answer = main.incr('kept')
    await until(() => lines.some(line => line.includes('Redis refuses the connection')))
    await redis.call('CONFIG', 'SET', 'requirepass', 'root-of-all')
    expect(await answer).toBe(1)
    expect(lines.join('')).not.toContain('root-of-all')
  })

  it('an authentication error of the sentinels names redis.sentinelPassword, not the password of redis.url', () => {
    const last =
      'All sentinels are unreachable. Retrying from scratch after 50ms. Last error: NOAUTH Authentication required.'
    for (const said of [
      authenticationProblem(new Error('NOAUTH Authentication required.'), true),
      authenticationProblem(new Error(last)),
    ])
      expect(said).toMatch(/sentinels refuse.*\(NOAUTH\).*redis\.sentinelPassword \(NEWSDESK_REDIS_SENTINEL_PASSWORD\)/)
    expect(authenticationProblem(new Error('NOAUTH Authentication required.'))).toMatch(/correct redis\.url/)
    expect(
      authenticationProblem(new Error(last.replace('NOAUTH Authentication required.', 'connect ETIMEDOUT'))),
    ).toBeNull()
  })

  it('a permanent refusal of a connection by Redis is told apart from a temporary one', () => {
    for (const passing of [
      'LOADING Redis is loading',
      'BUSY Redis is busy running a script',
      'MASTERDOWN Link with MASTER is down',
    ])
      expect([passing, isTransientError(new Error(passing))]).toEqual([passing, true])
    for (const lasting of [
      'NOAUTH Authentication required.',
      'WRONGPASS invalid',
      'NOPERM no',
      'ERR DB index is out of range',
    ])
      expect([lasting, isTransientError(new Error(lasting))]).toEqual([lasting, false])
  })
})

describe('a password with reserved characters of a URL', () => {
  it.each(['a/b', 'a@b', 'a#b', 'a?b', '50%', '12/34', '12?34', '1#2', 'a b', 'a@b:1'])(
    'a password that ends its part of the URL, such as %s, is refused with how to write it',
    secret => {
      for (const made of [
        `redis://desk:${secret}@cache:6379/0`,
        `redis://:${secret}@cache`,
        `redis-cluster://:${secret}@a:1,b:2`,
        `redis-sentinel://u:${secret}@a:1/main`,
      ]) {
        expect(findUrlError(made)).toMatch(/percent-encoded|write % as %25/)
        expect(() => addressOf(made)).toThrow(/percent-encoded|write % as %25/)
        const encoded = made.replace(secret, encodeURIComponent(secret))
        expect(findUrlError(encoded)).toBeUndefined()
        expect(showAddress(addressOf(encoded))).toContain('***@')
      }
    },
  )

  it.each([
    'redis://cache/x',
    'redis://cache/1/2',
    'redis://cache/-1',
    'redis://cache/0?db=3',
    'redis://cache?password=x',
    'redis://:6379',
    'redis://:secret',
  ])('the URL %s has no valid server and database', made => {
    expect(findUrlError(made)).toMatch(/no valid database|must not have parameters|must be one of/)
  })

  it('a password given in place of the user is not shown', () => {
    expect(showAddress(addressOf('redis://geheim@cache:6379/1'))).toBe('redis://***@cache:6379/1')
  })
})

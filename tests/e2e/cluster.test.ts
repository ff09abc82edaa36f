import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { addressOf } from '../../src/config/redis-address.ts'
import { createReplay } from '../../src/events/replay.ts'
import { keyNames } from '../../src/maintenance/migrations/key-names.ts'
import { createMigrate } from '../../src/maintenance/migrations/migrate.ts'
import { MIGRATIONS } from '../../src/maintenance/migrations/registry.ts'
import { keysFor } from '../../src/redis/keys.ts'
import { logIn, seen, setUp } from '../support/admin.ts'
import { aConfigFolder, cli, endAll } from '../support/cli.ts'
import { aCluster } from '../support/cluster.ts'
import { testDaemon } from '../support/daemon.ts'
import { type Dumped, dumpKeys, loadKeys } from '../support/dump.ts'
import { aFeed } from '../support/feed.ts'
import { asRenamed, OLD_KEYS } from '../support/old-keys.ts'
import { dieAfter } from '../support/takeover.ts'
import { until } from '../support/until.ts'

const cluster = await aCluster({ replicas: 1, nodeTimeout: 1_500 })

/** What a command that mixes slots or nodes is answered, by Redis or by its client. */
const MIXED = /CROSSSLOT|same slot|allocation group|non local key/

describe.skipIf(!cluster)('on a Redis Cluster of three masters and three replicas', () => {
  const { url, client: raw } = cluster as NonNullable<typeof cluster>
  const said: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => said.push(line) })
  endAll()
  afterAll(() => expect(said.filter(line => MIXED.test(line))).toEqual([]))

  it('on a Redis Cluster feeds become lists, events are counted and replayed, and admin UI, commands and client work', async () => {
    const titles = Array.from(
      { length: 30 },
      (_, n) => `Harbour report ${'abcdefghijklmnopqrstuvwxyz0123'[n]}${n} on ${n * 7} ships`,
    )
    const feeds = await Promise.all(
      [0, 1, 2].map(n =>
        aFeed(
          titles.slice(n * 10, n * 10 + 10).map(title => ({ title, category: n === 1 ? 'Business' : 'World' })),
          `https://courier${n}.example`,
        ),
      ),
    )
    const desk = testDaemon({
      address: addressOf(url),
      log,
      sources: feeds.map((feed, n) => ({ id: `courier${n}`, name: `Courier ${n}`, url: feed.url, section: 'world' })),
      settings: { http: { port: 0 }, redis: { replicas: 1 }, admin: { port: 0 } },
    })
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'http', 'admin'])
    const client = createClient(raw, { prefix: desk.keys.prefix, replicas: 1 })
    const latest = await until(
      () => client.lists.get('latest', { limit: 50 }),
      list => list.length === 30,
    )
    expect(latest.map(({ title }) => title).sort()).toEqual([...titles].sort())
    const [first, second] = latest
    await client.events.report(
      Array.from({ length: 40 }, (_, n) => ({ kind: 'view' as const, article: first?.id ?? '', visitor: `v${n}` })),
    )
    const answer = await fetch(`${daemon.httpUrl}/v1/events`, {
      method: 'POST',
      body: JSON.stringify([{ kind: 'view', article: second?.url, visitor: 'v1' }]),
      headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Firefox/140.0' },
    })
    expect(answer.status).toBe(204)
    const page = await until(
      () => client.page(['most-read:now', 'latest:business', `related:${first?.id}`], { article: first?.id ?? '' }),
      ({ article, lists }) => article?.views === 40 && lists['most-read:now'].length > 1,
    )
    expect(page.lists['most-read:now'][0]?.id).toBe(first?.id)
    expect(page.lists['latest:business'].length).toBeGreaterThan(0)
    const replayed = await createReplay({
      ...{ redis: desk.redis, keys: desk.keys, now: Date.now, onProgress: () => undefined },
      archive: { resolve: async ids => ids },
      settings: () => desk.config.settings.events,
    }).run({ from: Date.now() - 60_000, totals: true })
    expect(replayed).toMatchObject({ read: 41 })

    const over = await (await fetch(`${daemon.httpUrl}/v1/lists/most-read:now`)).json()
    expect(over).toMatchObject({ entries: expect.anything() })
    const admin = await setUp(daemon)
    const cookie = await logIn(admin)
    for (const path of [
      '/',
      '/overview',
      '/sources',
      '/sources/courier1',
      '/articles',
      '/quarantine',
      '/queues/',
      '/audit',
    ])
      expect((await seen(admin, path, cookie)).length, path).toBeGreaterThan(100)

    const folder = aConfigFolder({
      settings: `redis: { url: '${url}', prefix: ${desk.keys.prefix}, replicas: 1 }\nadmin: { port: 0 }\ncrawl: { allow: [127.0.0.0/8], contact: x@y.example }\n`,
      sources: `sources:\n${feeds.map((feed, n) => `  - { id: courier${n}, name: Courier, url: '${feed.url}', section: world }\n`).join('')}`,
    })
    const run = async (...args: string[]) => {
      const command = cli([...args, '--config', folder.dir])
      expect(await command.ended, `${args.join(' ')}: ${command.out()}${command.err()}`).toBe(0)
      return command.out()
    }
    const [status = '', doctor, crawled] = await Promise.all([
      run('status', '--json'),
      run('doctor'),
      run('crawl', 'courier1', '--wait'),
    ])
    expect(JSON.parse(status)).toMatchObject({ articles: { stories: 30 } })
    expect(doctor).toContain('3 masters')
    expect(crawled).toContain('courier1:')
  })

  it('on a Redis Cluster keys of an older version are migrated to their current names, also after a crash half-way', async () => {
    const keys = keysFor('older')
    const redis = raw as unknown as Redis // as src/redis/connect.ts has it
    const fixture = JSON.parse(readFileSync('tests/fixtures/schemas/5163b48.json', 'utf8')) as { keys: Dumped[] }
    const before = [...fixture.keys, ...OLD_KEYS]
    await loadKeys(redis, before, key => key.replace('newsdesk', keys.prefix))
    const doomed = raw.duplicate()
    await doomed.ping()
    dieAfter(doomed, 90)
    const parts = { redis: doomed as unknown as Redis, keys, onProgress: () => undefined }
    await expect(keyNames.run(parts, false)).rejects.toThrow('killed')
    doomed.disconnect()
    const migrations = MIGRATIONS.filter(({ to }) => to <= keyNames.to)
    const { carried } = await createMigrate({ redis, keys, say: () => undefined, migrations }).run()
    expect(carried.map(({ to }) => to)).toEqual([6])
    const without = ({ lives, ...rest }: Dumped) => ({ ...rest, expires: lives > 0 })
    const now = (await dumpKeys(redis, new RegExp(`${keys.prefix}:`))).map(each =>
      without({ ...each, key: each.key.replace(keys.prefix, 'newsdesk') }),
    )
    const schema = ({ key }: { readonly key: string }) => !key.startsWith('{newsdesk:schema}')
    const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1)
    expect(now.filter(schema).sort(byKey)).toEqual(before.map(asRenamed).map(without).filter(schema).sort(byKey))
  })

  it('on a Redis Cluster the loss of a master under load loses no acknowledged article or event', async () => {
    const { masters, masterOf } = cluster as NonNullable<typeof cluster>
    const feed = await aFeed([{ title: 'Opening' }])
    const desk = testDaemon({
      address: addressOf(url),
      log,
      sources: [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }],
      settings: { redis: { replicas: 1 }, crawl: { batch: 5 }, lists: { latest: 1_000 } },
    })
    await desk.start()
    const client = createClient(raw, { prefix: desk.keys.prefix, replicas: 1 })
    const [known] = await until(
      () => desk.list('latest'),
      list => list.length === 1,
    )
    // Another story a time: words nobody shares.
    const word = (n: number) =>
      Array.from({ length: 8 }, (_, at) => 'bcdfghjklmnpqrstvwxz'[(n * 7 + at * at * (n + 3)) % 20]).join('')
    const titles: string[] = []
    const reported: string[] = []
    const ends = new AbortController()
    const publishing = (async () => {
      while (!ends.signal.aborted) {
        const fresh = Array.from(
          { length: 10 },
          (_, n) => `${word(titles.length + n)} ${word(titles.length + n + 999)} ${titles.length + n}`,
        )
        titles.push(...fresh)
        feed.state.items = [...fresh.map(title => ({ title })), ...feed.state.items]
        const before = feed.requests.length
        await until(() => feed.requests.length > before || ends.signal.aborted)
      }
    })()
    const report = async (): Promise<boolean> => {
      const visitors = Array.from({ length: 20 }, (_, n) => `reader ${reported.length + n} ${Math.random()}`)
      try {
        await client.events.report(
          visitors.map(visitor => ({ kind: 'share' as const, article: known?.id ?? '', visitor })),
        )
        reported.push(...visitors)
      } catch {
        // Not acknowledged: it may have arrived or not. These are other readers next time.
      }
      return ends.signal.aborted
    }
    const reporting = until(report, isOver => isOver, { timeout: 80_000, every: 10 })
    await until(async () => titles.length >= 30 && reported.length >= 200 && (await desk.list('latest')).length > 5)
    const lost = await masterOf(desk.keys.events())
    await lost.kill()
    await until(async () => !(await masters()).includes(lost))
    // Until its place is filled nothing is acknowledged, since the master that took over has no replica.
    lost.restart()
    const [articlesThen, reportsThen] = [titles.length, reported.length]
    await until(
      () => ({ articles: titles.length - articlesThen, reports: reported.length - reportsThen }),
      ({ articles, reports }) => articles >= 10 && reports > 100,
    )
    ends.abort()
    await Promise.all([publishing, reporting])

    const listed = await until(
      () => desk.list('latest'),
      list => list.length >= titles.length + 1,
    )
    expect(listed.map(({ title }) => title).sort()).toEqual([...titles, 'Opening'].sort())
    const readStream = async () =>
      new Set(
        (await desk.redis.xrange(desk.keys.events(), '-', '+')).map(
          ([, fields]) => fields[fields.indexOf('visitor') + 1],
        ),
      )
    const inStream = await readStream()
    expect(reported.filter(visitor => !inStream.has(visitor))).toEqual([])
    // Each that is in the stream is counted, and once. What was not acknowledged may still arrive, so both are read anew.
    await until(
      async () => ({
        counted: Number(await desk.redis.hget(desk.keys.eventTotals('share'), known?.id ?? '')),
        inStream: (await readStream()).size,
      }),
      ({ counted, inStream }) => counted === inStream,
    )
  })
})

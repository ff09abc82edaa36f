import { type Logger, pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { settingPaths } from '../../src/config/environment.ts'
import type { Config } from '../../src/config/load.ts'
import { Settings } from '../../src/config/schema.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { rss, serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

endAll()

type Values = Record<string, unknown>

/** Values of every kind that a key may take: whichever fits and is another counts as its change. */
const CANDIDATES: readonly unknown[] = [
  ...[true, false, 0.5, 0.7, 1, 2, 3, 7, 20, 150, 1_500, 3_000, 40_000],
  ...['1s', '5s', '30s', '7m', '3h', '2d', '3KB', '20MB', 'debug', 'de', '127.0.0.2', 'X-Somebody', 'other', 'html'],
  ...['http://127.0.0.1:9', 'redis://127.0.0.1:9/3'],
  ...[['example.org'], ['de'], ['127.0.0.0/8', '10.0.0.0/8'], [80, 443], ['https://news.example'], ['admin', 'crawl']],
  ...[{ 'example.org': { gap: '2s' } }, { wire: ['courier'] }],
  { site: { url: 'https://hooks.example/secret', format: 'slack', lists: ['latest'] } },
]

const changed = (settings: Settings, { path, schema }: ReturnType<typeof settingPaths>[number]): Settings => {
  const before = path.reduce<unknown>((at, key) => (at as Values)[key], settings)
  for (const candidate of CANDIDATES) {
    const parsed = schema.safeParse(candidate)
    if (!parsed.success || JSON.stringify(parsed.data) === JSON.stringify(before)) continue
    const [first = '', second] = path
    const all: Values = { ...settings }
    all[first] = second === undefined ? parsed.data : { ...(all[first] as Values), [second]: parsed.data }
    return all as unknown as Settings // one value of it is another
  }
  throw new Error(`no other value is known for ${path.join('.')}: add one to CANDIDATES`)
}

/** A log whose lines can be looked at. */
const aLog = (): { log: Logger; lines: () => Values[]; clear: () => void } => {
  let text = ''
  const log = pino({ level: 'info' }, { write: (line: string) => (text += line) } as never)
  return {
    log,
    lines: () =>
      text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as Values),
    clear: () => {
      text = ''
    },
  }
}

/** Settings that note which of their keys are read, once `on` is set. */
const watched = (settings: Settings) => {
  const reads = new Set<string>()
  const state = { on: false }
  const watch = (values: object, path: string): object =>
    new Proxy(values, {
      get(target, key, receiver) {
        const value = Reflect.get(target, key, receiver)
        if (typeof key === 'symbol') return value
        const full = path === '' ? key : `${path}.${key}`
        if (state.on) reads.add(full)
        return path === '' && typeof value === 'object' && value !== null && !Array.isArray(value)
          ? watch(value, full)
          : value
      },
    })
  return { settings: watch(settings, '') as Settings, reads, state }
}

const feed = await aFeed([{ title: 'Ferry treaty signed', category: 'World' }])
const sources = [{ id: 'courier', name: 'Courier', url: feed.url, section: 'world' }]

describe('a change of a setting', () => {
  it.each(settingPaths().map(setting => [setting.path.join('.'), setting] as const))(
    'the setting %s declares whether it takes effect on reload or restart',
    (_, setting) => {
      expect(['live', 'restart']).toContain(setting.applies)
      expect(() => changed(Settings.parse({}), setting)).not.toThrow()
    },
  )

  it('a change of any setting is applied by a reload, or named as one that needs a restart', {
    timeout: 300_000,
  }, async () => {
    const { log, lines, clear } = aLog()
    const desk = testDaemon({ sources, settings: { http: { port: 0 } }, log })
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'http', 'admin'])
    const passed: string[] = []
    for (const setting of settingPaths()) {
      const key = setting.path.join('.')
      clear()
      await daemon.reload({ ...desk.config, settings: changed(desk.config.settings, setting) })
      const named = lines().flatMap(({ msg, setting: line, changed: taken }) => [
        ...(msg === 'this setting takes effect after a restart' ? [{ line: String(line), when: 'restart' }] : []),
        ...(msg === 'configuration reloaded' ? (taken as string[]).map(each => ({ line: each, when: 'live' })) : []),
      ])
      const own = named.filter(({ line }) => line.includes(` ${key}: `))
      if (own.length !== 1 || own[0]?.when !== setting.applies) passed.push(`${key}: ${JSON.stringify(named)}`)
      if (/password|redis\.url|webhooks/i.test(key)) expect(own[0]?.line).toMatch(/\(not shown\) -> \(not shown\)$/)
      await daemon.reload(desk.config)
    }
    expect(passed).toEqual([])
  })

  it('a change of a live setting reaches every place that reads it: after a reload none reads the old settings', {
    timeout: 300_000,
  }, async () => {
    const desk = testDaemon({ sources, settings: { http: { port: 0, perMinute: 5_000 } } })
    const before = watched(desk.config.settings)
    const after = watched({ ...desk.config.settings })
    const config: Config = { ...desk.config, settings: before.settings }
    const daemon = await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'http', 'admin'], config)
    await until(
      () => desk.list('latest'),
      list => list.length > 0,
    )
    await daemon.reload({ ...config, settings: after.settings })
    before.state.on = true
    after.state.on = true
    feed.state.items.push({ title: 'Bank keeps its rate', category: 'Business' })
    const [first] = await until(
      () => desk.list('latest'),
      list => list.length > 1,
    )
    await fetch(`${daemon.httpUrl}/v1/events`, {
      method: 'POST',
      body: JSON.stringify([{ kind: 'view', article: first?.id, visitor: 'v' }]),
    })
    await until(() => after.reads.has('events.halfLife') && after.reads.has('lists.mostRead'))
    const listening = new AbortController()
    const updates = await fetch(`${daemon.httpUrl}/v1/updates`, { signal: listening.signal })
    expect(updates.status).toBe(200)
    const live = settingPaths().flatMap(({ path, applies }) => (applies === 'live' ? [path.join('.')] : []))
    await until(
      () => live.filter(key => !after.reads.has(key) && !READ_AT_OTHER_TIMES.includes(key)),
      unread => unread.length === 0,
    )
    expect(live.filter(key => before.reads.has(key))).toEqual([])
    listening.abort()
  })

  it('a change of crawl.concurrency and crawl.tick changes how many sources are fetched at a time, and how often', {
    timeout: 120_000,
  }, async () => {
    const held: (() => void)[] = []
    let isHeld = false
    const slow = await serve((_, response) => {
      const answer = () =>
        response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([{ title: 'Ferry treaty signed' }]))
      if (isHeld) held.push(answer)
      else answer()
    })
    const many = Array.from({ length: 12 }, (_, n) => ({
      ...{ id: `s${n}`, name: `S${n}`, url: `http://s${n}.localhost:${new URL(slow.url).port}/${n}`, section: 'world' },
    }))
    const desk = testDaemon({ sources: many, settings: { crawl: { concurrency: 1, tick: '12h' } } })
    const daemon = await desk.start()
    const crawl = (some: object) => ({
      ...desk.config,
      settings: { ...desk.config.settings, crawl: { ...desk.config.settings.crawl, ...some } },
    })
    // With a tick of half a day nothing is looked for; the reload brings the ticks of a second.
    await daemon.reload(crawl({ tick: 1_000 }))
    await until(() => desk.list('latest').then(list => list.length > 0))
    isHeld = true
    const checkedAt = () => desk.redis.hget(desk.keys.listMeta('latest'), 'checkedAt')
    for (let round = 0; round < 3; round += 1) {
      await until(() => held.length > 0)
      // Meanwhile a second goes by, in which sources fall due and lists are refreshed.
      const before = await checkedAt()
      await until(checkedAt, at => at !== before)
      expect(held).toHaveLength(1)
      held.shift()?.()
    }
    await daemon.reload(crawl({ tick: 1_000, concurrency: 8 }))
    await until(() => held.length > 1)
    isHeld = false
    for (const answer of held) answer()
  })
})

/** Live keys that need more than a feed, a read and a list to be read; each is a getter where it is used, and has tests of its own. */
const READ_AT_OTHER_TIMES: readonly string[] = [
  // Taken up by the reload itself, which other tests see at work.
  ...['crawl.concurrency', 'crawl.pageConcurrency', 'articles.concurrency', 'lists.refresh', 'crawl.tick'],
  // By a visit to the desk, by a failing or refusing publisher, by a hub, where there is a webhook, by the end of the process, by one reader in so many, or every five minutes.
  ...[
    'admin.recrawlGap',
    'stories.maxShare',
    'admin.session',
    'crawl.limitedBy403',
    'crawl.maxBackoff',
    'shutdown',
    'lists.coViewSampleRate',
    'webhooks',
  ],
  ...['push.baseUrl', 'push.grace', 'push.lease', 'push.maxBody', 'push.perMinute', 'push.recent'],
  // Now and then, or only by a log of our own.
  ...['articles.memory', 'events.claimAfter', 'log.level'],
]

describe('SIGHUP', () => {
  const settings = (prefix: string, more: string) =>
    `redis: { prefix: ${prefix} }\nadmin: { port: 0, password: 'ten-letters-or-more' }\n${more}`

  it('SIGHUP logs with file and line the changes that need a restart, and refuses an invalid configuration', {
    timeout: 180_000,
  }, async () => {
    const { keys } = testRedis()
    const { dir, write } = aConfigFolder({ settings: settings(keys.prefix, 'crawl: { tick: 5s }\n') })
    const env = { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir }
    const daemon = cli(['start'], env)
    const says = (words: RegExp) => until(() => words.test(daemon.out() + daemon.err()), Boolean, { timeout: 120_000 })
    await says(/newsdesk runs/)

    write(
      'newsdesk.yaml',
      settings(keys.prefix, 'crawl: { tick: 10s }\nmetrics:\n  host: 127.0.0.3\n').replace(
        'ten-letters',
        'other-letters',
      ),
    )
    daemon.child.kill('SIGHUP')
    await says(/configuration reloaded/)
    const told = daemon.out()
    expect(told).toMatch(/newsdesk\.yaml:5:3 metrics\.host: '?127\.0\.0\.1'? -> '?127\.0\.0\.3'?/)
    expect(told).toMatch(/newsdesk\.yaml:2:19 admin\.password: \(not shown\) -> \(not shown\)/)
    expect(told).toMatch(/newsdesk\.yaml:3:10 crawl\.tick: 5s -> 10s/)
    expect(told).not.toContain('letters-or-more')

    const wrong = settings(keys.prefix, 'crawl: { tick: 7s }\n')
    write('newsdesk.yaml', wrong)
    daemon.child.kill('SIGHUP')
    await says(/the new configuration is invalid/)
    const problem = 'newsdesk.yaml:3:10 crawl.tick: is "7s"; must divide a minute, an hour or a day evenly'
    expect(daemon.out()).toContain(problem.replaceAll('"', '\\"'))
    // Doctor and a start say the same.
    for (const command of ['doctor', 'start']) {
      const run = cli([command], env)
      expect(await run.ended).toBe(2)
      expect(run.out() + run.err()).toContain(problem)
      expect(run.out() + run.err()).not.toMatch(/\n {4}at /)
    }
    daemon.child.kill('SIGTERM')
    await daemon.ended
  })
})

import { pino } from 'pino'
import { describe, expect, inject, it } from 'vitest'
import { startDaemon } from '../../src/app/daemon.ts'
import { createLogLevels, type LevelChange, levelFor } from '../../src/use-cases/log-levels.ts'
import { logIn, post, seen, setUp } from '../support/admin.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

const change = (some: Partial<LevelChange>): LevelChange => ({
  daemon: '*',
  level: 'debug',
  until: 100,
  by: 'ana',
  ...some,
})

describe('the log level of a daemon', () => {
  it('the log level of a daemon is its own setting, else that for all daemons, else the configured one', () => {
    const both = [change({}), change({ daemon: 'a', level: 'trace' })]
    expect(levelFor(both, 'a', 'info', 50)).toBe('trace')
    expect(levelFor(both, 'b', 'info', 50)).toBe('debug')
    expect(levelFor([], 'b', 'warn', 50)).toBe('warn')
  })

  it('a log level that was set for a limited time falls back by itself', () => {
    expect(levelFor([change({})], 'a', 'info', 100)).toBe('info')
    expect(levelFor([change({ daemon: 'a', level: 'trace', until: 60 }), change({})], 'a', 'info', 70)).toBe('debug')
  })
})

describe('a daemon whose log level is changed in the admin UI', () => {
  it('a daemon whose log level is changed in the admin UI uses it within seconds, logs a crawl from fetch to list, and falls back', async () => {
    const feed = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss([{ title: 'Ferry treaty signed' }]))
    })
    const desk = testDaemon({
      sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss?key=opensesame`, section: 'world' }],
    })
    const lines: Record<string, unknown>[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
    const daemon = await startDaemon({
      config: desk.config,
      roles: ['scheduler', 'crawl', 'articles', 'publish', 'admin'],
      redis: { address: inject('redis'), origin: 'test', stop: async () => undefined },
      log,
    })
    try {
      const url = await setUp(daemon)
      const cookie = await logIn(url)
      const named = (msg: string) => lines.filter(line => line.msg === msg)
      await until(() => Promise.resolve(named('published').some(({ crawl }) => crawl !== undefined)))
      const [crawled] = named('crawled')
      expect(named('articles ingested')[0]).toMatchObject({
        ...{ crawl: crawled?.crawl, source: 'courier' },
        job: expect.any(String),
      })
      const published = named('published').find(({ crawl }) => crawl === crawled?.crawl)
      expect(published).toMatchObject({ changed: expect.any(Number), queue: expect.any(String) })
      expect(JSON.stringify(lines)).not.toContain('opensesame')
      expect(lines.filter(({ level }) => Number(level) < 30)).toEqual([])

      const act = (fields: Record<string, string>) => post(url, '/overview/log', fields, { cookie, origin: url })
      expect((await act({ level: 'debug', daemon: '*', for: '10m' })).status).toBe(303)
      await until(() => Promise.resolve(log.level === 'debug'))
      await until(() => Promise.resolve(lines.some(({ level }) => level === 20)))
      expect(await seen(url, '/overview', cookie)).toMatch(/All daemons: <strong>debug<\/strong>, set by admin/)
      expect(await seen(url, '/audit?what=log.level', cookie)).toContain('debug')

      expect((await act({ level: '', daemon: '*' })).status).toBe(303)
      await until(() => Promise.resolve(log.level === 'info'))
      const levels = createLogLevels({ redis: desk.redis, keys: desk.keys, now: Date.now })
      await levels.set(change({ level: 'trace', until: Date.now() + 3_000 }))
      await until(() => Promise.resolve(log.level === 'trace'))
      await until(() => Promise.resolve(log.level === 'info'))

      expect((await act({ level: 'loud', daemon: '*' })).status).toBe(409)
      expect((await act({ level: 'debug', daemon: 'nobody' })).status).toBe(404)
    } finally {
      await daemon.stop()
    }
  })
})

import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false })
const validator = (name: string) => ajv.compile(JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8')))

const source = (id: string, url: string, more = {}) => ({ id, name: id, url, section: 'world', ...more })

describe('a feed becomes lists', () => {
  it('a feed becomes lists: its articles are in latest and in its sections, and match the contract', async () => {
    const feed = await aFeed([
      { title: 'Ferry treaty signed', category: 'World' },
      { title: 'Bank keeps its rate', category: 'Markets' },
    ])
    const desk = testDaemon({ sources: [source('courier', `${feed.url}/rss`)] })
    await desk.start()
    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )
    expect(latest.map(({ title }) => title).sort()).toEqual(['Bank keeps its rate', 'Ferry treaty signed'])
    const business = await until(
      () => desk.list('latest:business'),
      entries => entries.length === 1,
    )
    expect(business[0]?.title).toBe('Bank keeps its rate')

    const entry = validator('entry')
    for (const each of latest) expect(entry(each), JSON.stringify(entry.errors)).toBe(true)
    const [article] = latest
    const hash = await desk.redis.hgetall(desk.keys.article(article?.id ?? ''))
    const articleOk = validator('article')
    expect(articleOk(hash), JSON.stringify(articleOk.errors)).toBe(true)
    const storyOk = validator('story')
    expect(storyOk(await desk.redis.hgetall(desk.keys.story(hash.story ?? ''))), JSON.stringify(storyOk.errors)).toBe(
      true,
    )
    const sectionsOk = validator('sections')
    expect(
      sectionsOk(JSON.parse((await desk.redis.get(desk.keys.sections())) ?? 'null')),
      JSON.stringify(sectionsOk.errors),
    ).toBe(true)
    const metaOk = validator('list-meta')
    expect(metaOk(await desk.redis.hgetall(desk.keys.listMeta('latest'))), JSON.stringify(metaOk.errors)).toBe(true)
    const updates = await desk.redis.xrange(desk.keys.updates(), '-', '+')
    const updateOk = validator('update')
    for (const [, fields] of updates) {
      const update = Object.fromEntries(
        Array.from({ length: fields.length / 2 }, (_, at) => [fields[at * 2], fields[at * 2 + 1]]),
      )
      expect(updateOk(update), JSON.stringify(updateOk.errors)).toBe(true)
    }
  })

  it('a feed that became lists is fetched conditionally: new items come in, edits keep their rank, nothing appears twice', async () => {
    const feed = await aFeed([{ title: 'Mayor resings', path: 'mayor', published: new Date(Date.now() - 60_000) }])
    const desk = testDaemon({ sources: [source('courier', `${feed.url}/rss`)] })
    await desk.start()
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    await until(() => feed.requests.filter(({ headers }) => headers['if-none-match'] !== undefined).length > 0)

    feed.state.items = [{ title: 'Bridge reopens' }, { title: 'Mayor resigns', path: 'mayor', published: new Date() }]
    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 2 && entries.some(({ title }) => title === 'Mayor resigns'),
    )
    expect(latest.map(({ title }) => title)).toEqual(['Bridge reopens', 'Mayor resigns'])
    expect(await desk.redis.xlen(desk.keys.storyLog())).toBe(2)
  })

  it('two feeds with the same URL yield one article with both sources', async () => {
    const shared = [{ title: 'Budget passed', category: 'Politics' }]
    const [one, two] = [await aFeed(shared), await aFeed(shared)]
    const desk = testDaemon({ sources: [source('courier', `${one.url}/rss`), source('herald', `${two.url}/rss`)] })
    await desk.start()
    const both = await until(
      () =>
        desk.redis
          .keys(`${desk.keys.article('')}*`)
          .then(keys => (keys[0] ? desk.redis.hgetall(keys[0]) : {})) as Promise<Record<string, string>>,
      hash => (JSON.parse(hash.sources ?? '[]') as string[]).length === 2,
    )
    expect(both.title).toBe('Budget passed')
    expect(
      await until(
        () => desk.list('latest'),
        entries => entries.length > 0,
      ),
    ).toHaveLength(1)
  })
})

describe('a read reported by a service', () => {
  it('a read reported by a service is counted once per visitor, and ranks the lists of most read', async () => {
    const feed = await aFeed([{ title: 'Quiet story' }, { title: 'Loud story' }])
    const desk = testDaemon({
      sources: [source('courier', `${feed.url}/rss`)],
      settings: { lists: { minEntries: 0, minVisitors: 1 } },
    })
    await desk.start()
    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )
    const loud = latest.find(({ title }) => title === 'Loud story')?.id ?? ''
    const quiet = latest.find(({ title }) => title === 'Quiet story')?.id ?? ''
    const client = createClient(desk.redis, { prefix: desk.keys.prefix })
    await client.events.report([
      { kind: 'view', article: loud, visitor: 'a' },
      { kind: 'view', article: loud, visitor: 'a' },
      { kind: 'view', article: loud, visitor: 'b' },
      { kind: 'view', article: 'https://courier.example/quiet-story?utm_source=x', visitor: 'a' },
      { kind: 'view', article: loud, visitor: 'robot', ua: 'Googlebot/2.1 (+http://www.google.com/bot.html)' },
      { kind: 'comment', article: quiet },
      { kind: 'view', article: 'https://nowhere.example/x' },
    ])
    const popular = await until(
      () => desk.list('most-read:now'),
      entries => entries.length === 2,
    )
    expect(popular.map(({ title }) => title)).toEqual(['Loud story', 'Quiet story'])
    // Articles are told their counts a moment after lists may know them, a batch at a time.
    const counted = (id: string, views: number, comments: number) =>
      until(
        () => client.article(id),
        article => article?.views === views && article.comments === comments,
      )
    await counted(loud, 2, 0)
    await counted(quiet, 1, 1)
    expect(
      (
        await until(
          () => desk.list('most-commented:day'),
          entries => entries.length === 1,
        )
      )[0]?.title,
    ).toBe('Quiet story')
    expect(await desk.redis.hgetall(desk.keys.eventState('refused'))).toEqual({
      bot: '1',
      'unknown-article': '1',
      repeated: '1',
    })
  })
})

describe('two daemons side by side', () => {
  it('two daemons side by side fetch each due source once, and publish each article once', async () => {
    const feed = await aFeed([{ title: 'One of many' }])
    const sources = Array.from({ length: 20 }, (_, n) => source(`s${n}`, `${feed.url}/${n}`))
    const desk = testDaemon({
      sources,
      settings: { crawl: { startInterval: '30m', minInterval: '30m', maxInterval: '30m' } },
    })
    // All due at once, and due again only in half an hour: whatever is fetched twice was claimed twice.
    await desk.redis.zadd(desk.keys.due(), ...sources.flatMap(({ id }) => [1, id]))
    await Promise.all([desk.start(), desk.start()])
    await until(
      () => desk.redis.zcount(desk.keys.due(), Date.now() + 20 * 60_000, '+inf'),
      count => count === sources.length,
    )
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    const paths = feed.requests.map(({ path }) => path)
    expect(paths.toSorted()).toEqual(sources.map(({ id }) => `/${id.slice(1)}`).toSorted())
  })
})

describe('a restart during a crawl', () => {
  it('a restart during a crawl loses nothing and duplicates nothing', async () => {
    const items = Array.from({ length: 120 }, (_, n) => ({
      title: `Report number ${n} from valley${n}`,
      text: `Word${n} other${n}`,
    }))
    const feed = await aFeed(items)
    const desk = testDaemon({
      sources: [source('courier', `${feed.url}/rss`)],
      settings: { crawl: { batch: 10 }, lists: { latest: 200 }, stories: { strictness: 100 } },
    })
    // Crawled, but nobody takes the batches in.
    const first = await desk.start(['scheduler', 'crawl'])
    await until(
      () => desk.redis.llen(`${desk.keys.bull()}:articles:wait`),
      waiting => waiting === 12,
    )
    await first.stop()
    expect(await desk.redis.hget(desk.keys.source('courier'), 'etag')).toBeNull()
    // The next daemon crawls again while the batches wait, and takes all in.
    await desk.start()
    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 120,
    )
    expect(new Set(latest.map(({ title }) => title)).size).toBe(120)
    expect(await desk.redis.xlen(desk.keys.storyLog())).toBe(120)
    expect(await until(() => desk.redis.hget(desk.keys.source('courier'), 'etag'))).not.toBe('')
  })
})

describe('bad input', () => {
  it('bad input is reported for each source, and delays no other source', async () => {
    const server = await serve((request, response) => {
      const path = request.url ?? ''
      if (path === '/html')
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><title>Maintenance</title><link rel="alternate" type="application/rss+xml" href="/rss">')
      else if (path === '/empty') response.writeHead(200).end()
      else if (path === '/error') response.writeHead(500).end('oops')
      else if (path === '/cut') {
        response.writeHead(200, { 'content-length': 10_000 })
        response.write('<rss version="2.0"><channel>')
        setImmediate(() => response.destroy())
      } else if (path === '/huge') {
        response.writeHead(200, { 'content-type': 'application/rss+xml' })
        const chunk = Buffer.alloc(65_536, 32)
        const pour = () => {
          while (response.write(chunk));
          response.once('drain', pour)
        }
        response.on('error', () => undefined)
        pour()
      } else if (path === '/charset')
        response
          .writeHead(200, { 'content-type': 'application/rss+xml; charset=klingon-8' })
          .end(rss([{ title: 'Odd charset, good words' }]))
      else if (path === '/nodates')
        response
          .writeHead(200)
          .end(
            '<rss version="2.0"><channel><item><title>Undated</title><link>https://courier.example/undated</link></item></channel></rss>',
          )
      else if (path === '/nolinks')
        response.writeHead(200).end('<rss version="2.0"><channel><item><title>Linkless</title></item></channel></rss>')
      else response.writeHead(200).end(rss([{ title: 'All is well here' }]))
    })
    const ids = ['html', 'empty', 'error', 'cut', 'huge', 'charset', 'nodates', 'nolinks', 'good']
    const desk = testDaemon({
      sources: [...ids.map(id => source(id, `${server.url}/${id}`)), source('wrong', 'http://127.0.0.1:1/rss')],
      settings: { crawl: { maxBody: '1MB' } },
    })
    await desk.start()
    const latest = await until(
      () => desk.list('latest'),
      entries => entries.length === 3,
    )
    expect(latest.map(({ title }) => title).sort()).toEqual(['All is well here', 'Odd charset, good words', 'Undated'])
    const reasons = await until(
      async () =>
        Object.fromEntries(
          await Promise.all(
            ['html', 'empty', 'error', 'cut', 'huge', 'wrong'].map(async id => [
              id,
              await desk.redis.hget(desk.keys.source(id), 'errorReason'),
            ]),
          ),
        ),
      found => Object.values(found).every(Boolean),
    )
    expect(reasons).toEqual({
      html: 'not-a-feed',
      empty: 'not-a-feed',
      error: 'status',
      cut: 'cut-off',
      huge: 'too-large',
      wrong: 'refused',
    })
    expect(await desk.redis.hget(desk.keys.source('html'), 'errorDetail')).toContain(`${server.url}/rss`)
    expect(await desk.redis.exists(desk.keys.quarantine('html'))).toBe(1)
  })

  it('bad input in a job added by hand fails that job with what is wrong', async () => {
    const desk = testDaemon({ sources: [] })
    const { Queue } = await import('bullmq')
    const queue = new Queue('crawl', {
      connection: desk.redis.duplicate({ maxRetriesPerRequest: null }),
      prefix: desk.keys.bull(),
    })
    await desk.start()
    const nonsense = await queue.add('by hand', { sauceId: 7 })
    const unknown = await queue.add('by hand', { sourceId: 'nobody' })
    const reason = (id: string | undefined) => until(async () => (await queue.getJob(id ?? ''))?.failedReason)
    expect(await reason(nonsense.id)).toContain('sourceId')
    expect(await reason(unknown.id)).toContain('no source "nobody"')
    await queue.close()
  })
})

describe('a re-crawl', () => {
  it('a re-crawl requested with only the source id ignores validators and backoff', async () => {
    const feed = await aFeed([{ title: 'Once and again' }])
    const desk = testDaemon({ sources: [source('courier', `${feed.url}/rss`, { interval: '12h' })] })
    const { Queue } = await import('bullmq')
    const queue = new Queue('crawl', {
      connection: desk.redis.duplicate({ maxRetriesPerRequest: null }),
      prefix: desk.keys.bull(),
    })
    await desk.start()
    await until(
      () => desk.list('latest'),
      entries => entries.length === 1,
    )
    await until(() => desk.redis.hget(desk.keys.source('courier'), 'etag'))
    const before = feed.requests.length
    await queue.add('by hand', { sourceId: 'courier' })
    await until(() => feed.requests.length > before)
    expect(feed.requests.at(-1)?.headers['if-none-match']).toBeUndefined()
    await queue.close()
  })
})

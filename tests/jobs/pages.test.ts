import { describe, expect, it } from 'vitest'
import { crawl } from '../../jobs/crawl.ts'
import { articles } from '../../jobs/ingest.ts'
import { pages } from '../../jobs/pages.ts'
import { unpackContent } from '../../src/domain/packed-content.ts'
import { parseArticle } from '../../src/domain/published-article.ts'
import { Rule } from '../../src/rules/rule.ts'
import { sourceId } from '../support/articles.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { aJobDesk } from '../support/jobs.ts'

const courier = sourceId('courier')
const PARAGRAPHS = Array.from(
  { length: 8 },
  (_, n) =>
    `In the ${n}th hour of the debate, the council heard ${n} more speakers, and put off the vote on the ferry treaty.`,
)
const head = (more = ''): string => `<head><title>Ferry treaty signed | Courier</title>${more}</head>`
const body = `<body><nav><a href="/">Home</a></nav><article><h1>Ferry treaty signed</h1>${PARAGRAPHS.map(each => `<p>${each}</p>`).join('')}</article><aside><h3><a href="/other">Other news</a></h3><p>Teaser of another article, to be left out.</p></aside></body>`

interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer
}

/** A publisher with a feed of teasers and a page for its one article, ingested once; its page waits to be fetched. */
const published = async ({
  page = { body: `<html>${head()}${body}</html>` },
  robots = { status: 404 },
  item = {},
  about = {},
  settings = {},
  rules = [],
}: {
  page?: Answer
  robots?: Answer
  item?: Partial<FeedItemSketch>
  about?: Parameters<typeof aJobDesk>[2]
  settings?: Record<string, unknown>
  rules?: readonly object[]
} = {}) => {
  const answers: { page: Answer; robots: Answer } = { page, robots }
  const items: FeedItemSketch[] = [
    { title: 'Ferry treaty signed', path: 'ferry', published: new Date('2026-05-04T10:00:00Z'), ...item },
  ]
  const server = await serve((request, response) => {
    if (request.url === '/rss') return response.end(rss(items, server.url))
    const { status = 200, headers = {}, body = '' } = request.url === '/robots.txt' ? answers.robots : answers.page
    return response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
  })
  const desk = aJobDesk({ courier: `${server.url}/rss` }, settings, { content: 'page', ...about })
  Object.assign(desk.config, { rules: { apply: 'all', rules: rules.map(each => Rule.parse(each)) } })
  const ingest = async () => {
    await desk.run(crawl, { sourceId: courier, trigger: 'manual' })
    for (const batch of await desk.batches()) await desk.run(articles, batch)
    await desk.queues.articles.drain()
  }
  await ingest()
  const waiting = async () => (await desk.queues.pages.getWaiting()).map(({ data }) => data)
  const [job] = await waiting()
  const id = job?.article ?? ''
  return {
    ...{ desk, server, answers, items, ingest, job, waiting },
    run: (data: unknown = job) => desk.run(pages, data),
    article: async () => {
      const [hash, packed] = await Promise.all([
        desk.redis.hgetall(desk.keys.article(id)),
        desk.redis.getBuffer(desk.keys.articleContent(id)),
      ])
      const parsed = parseArticle(hash)
      if (!parsed) throw new Error(`no article ${id}`)
      return { ...parsed, content: unpackContent(packed) }
    },
    state: () => desk.sources.state(courier),
  }
}

describe('pages of articles', () => {
  it('an article whose feed has only a teaser is there at once, and gets its text from its page later', async () => {
    const { run, article, state, server } = await published()
    expect(await article()).toMatchObject({ title: 'Ferry treaty signed', content: null })
    const before = await article()
    expect(await run()).toMatchObject({ outcome: 'text', words: 176 })
    const { content, ...after } = await article()
    expect(content).toEqual({ text: PARAGRAPHS.join('\n\n'), words: 176, minutes: 1, from: 'page' })
    // In place: nothing else of it changed.
    expect({ ...after, content: null }).toEqual(before)
    expect((await state()).pages).toEqual({ read: 1, failed: 0, lastFailure: null })
    expect(server.requests.map(({ path }) => path)).toEqual(['/rss', '/robots.txt', '/ferry'])
    expect(server.requests.at(-1)?.headers.accept).toContain('text/html')
  })

  it('a page is not fetched for a text that the feed has in full, nor where the source does not ask for it', async () => {
    const text = `&lt;p&gt;${'The council voted once on the harbour after a long debate. '.repeat(14)}&lt;/p&gt;`
    expect((await published({ item: { text } })).job).toBeUndefined()
    expect((await published({ about: { content: 'text' } })).job).toBeUndefined()
  })

  it('a page brings no more of a text than rules per item keep', async () => {
    const rule = (content: string) => [{ id: 'ferries', when: { title: 'ferry' }, do: { content } }]
    expect((await published({ rules: rule('off') })).job).toBeUndefined()
    const { run, article, job } = await published({ rules: rule('text'), settings: {}, about: { content: 'page' } })
    expect(job).toMatchObject({ keeps: 'text' })
    await run()
    expect((await article()).content).toMatchObject({ text: PARAGRAPHS.join('\n\n') })
  })

  it('a page fills in picture, authors, access and date where the feed has none, and later edits of the feed leave them', async () => {
    const data = {
      '@graph': [
        { '@type': 'Person', '@id': '#jo', name: 'Jo Reed', url: '/people/jo' },
        {
          ...{ '@type': 'NewsArticle', author: { '@id': '#jo' }, datePublished: '2026-05-03T08:00:00+02:00' },
          isAccessibleForFree: 'True',
        },
      ],
    }
    const html = `<html>${head(`<meta property="og:image" content="/wide.jpg"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630"><script type="application/ld+json">${JSON.stringify(data)}</script>`)}${body}</html>`
    const { run, article, server, items, ingest, desk, job } = await published({
      page: { body: html },
      item: { published: undefined } as unknown as Partial<FeedItemSketch>,
    })
    expect(job?.isUndated).toBe(true)
    await run()
    const filled = {
      image: `${server.url}/wide.jpg`,
      images: [{ url: `${server.url}/wide.jpg`, width: 1200, height: 630 }],
      author: 'Jo Reed',
      authors: [{ name: 'Jo Reed', url: `${server.url}/people/jo` }],
      access: 'free',
      publishedAt: '2026-05-03T06:00:00.000Z',
    }
    expect(await article()).toMatchObject(filled)
    expect(await desk.redis.zscore(desk.keys.articleIndex(), job?.article ?? '')).toBe(
      String(Date.parse(filled.publishedAt)),
    )
    const [story] = await desk.articleStore.stories(await desk.articleStore.newestStories(1))
    expect(story).toMatchObject({ newsAt: Date.parse(filled.publishedAt), publishedAt: Date.parse(filled.publishedAt) })
    expect(await desk.queues.publish.getJobCountByTypes('waiting', 'prioritized', 'delayed')).toBeGreaterThan(0)

    items[0] = { ...items[0], title: 'Ferry treaty signed at last' } as FeedItemSketch
    await ingest()
    expect(await article()).toMatchObject({
      ...filled,
      title: 'Ferry treaty signed at last',
      content: { text: PARAGRAPHS.join('\n\n') },
    })
  })

  it('what the feed says of an article goes before what its page says', async () => {
    const html = `<html>${head('<meta name="author" content="Somebody Else"><meta property="article:published_time" content="2020-01-01T00:00:00Z">')}${body}</html>`
    const { run, article } = await published({
      page: { body: html },
      item: { author: 'Jo Reed' } as Partial<FeedItemSketch>,
    })
    const before = await article()
    await run()
    expect(await article()).toEqual({
      ...before,
      content: expect.anything(),
      author: before.author ?? 'Somebody Else',
      authors: before.author ? before.authors : expect.anything(),
    })
  })

  it('no text is kept of a page that is not free to read, or whose publisher does not want that', async () => {
    const paid = await published({
      page: {
        body: `<html>${head('<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>')}${body}</html>`,
      },
    })
    expect(await paid.run()).toMatchObject({ outcome: 'paid' })
    expect(await paid.article()).toMatchObject({ access: 'paid', content: null })
    const closed = await published({
      page: { body: `<html>${head('<meta name="robots" content="index, noarchive">')}${body}</html>` },
    })
    expect(await closed.run()).toMatchObject({ outcome: 'closed' })
    expect((await closed.article()).content).toBeNull()
  })

  it('the address that a page names as its own leads to its article', async () => {
    const html = (to: string): string => `<html>${head(`<link rel="canonical" href="${to}">`)}${body}</html>`
    const { run, desk, answers, server, job } = await published()
    for (const [to, leads] of [
      ['/', false],
      ['https://elsewhere.example/ferry', false],
      ['/2026/ferry-treaty-signed', true],
    ] as const) {
      answers.page = { body: html(to) }
      await run()
      const aliases = await desk.redis.keys(desk.keys.alias('*'))
      expect(aliases.length).toBe(leads ? 1 : 0)
      if (leads) expect(await desk.redis.get(aliases[0] ?? '')).toBe(job?.article)
    }
    expect(server.requests.length).toBeGreaterThan(3)
  })

  it.each([
    ['not-found', { page: { status: 404 } }, 'status', true],
    [
      'a page of another article',
      {
        page: {
          body: '<html><title>We value your privacy</title><body><p>Accept our cookies, please.</p></body></html>',
        },
      },
      'another-page',
      true,
    ],
    [
      'forbidden by robots.txt',
      { robots: { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /ferry' } },
      'robots',
      true,
    ],
    ['a file', { page: { headers: { 'content-type': 'application/pdf' }, body: '%PDF' } }, 'not-html', true],
    ['too deep', { page: { body: `<html>${head()}<body>${'<div>'.repeat(100_000)}text` } }, 'too-large', true],
    ['too large', { page: { body: `<html>${head()}<body>${'<p>Text.</p>'.repeat(420_000)}` } }, 'too-large', true],
    ['out of order', { page: { status: 503 } }, 'status', false],
  ] as const)(
    'an article keeps its teaser where its page is %s, which is counted',
    async (_, parts, reason, isFinal) => {
      const { run, article, state } = await published(parts)
      const before = await article()
      const failure = await run().then(
        () => null,
        (error: Error) => error,
      )
      expect(failure?.message).toMatch(new RegExp(`^${reason}: `))
      expect(failure?.constructor.name === 'LoggedFailure').toBe(isFinal)
      expect(await article()).toEqual(before)
      expect((await state()).pages).toMatchObject({ read: 0, failed: 1, lastFailure: { reason } })
    },
  )

  it('a page is not fetched any more once its article is gone or its source asks for none', async () => {
    const unwanted = await published({ about: { content: 'text' } })
    const data = { sourceId: courier, article: 'a'.repeat(16), url: `${unwanted.server.url}/ferry` }
    expect(await unwanted.run(data)).toMatchObject({ outcome: 'skipped' })
    const { run, desk, job, server } = await published()
    await desk.redis.del(desk.keys.article(job?.article ?? ''))
    expect(await run()).toMatchObject({ outcome: 'skipped' })
    expect([...unwanted.server.requests, ...server.requests].map(({ path }) => path)).toEqual(['/rss', '/rss'])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { createTokens } from '../../../src/server/admin/auth/tokens.ts'
import { setUp } from '../../support/admin.ts'
import { sourceId } from '../../support/articles.ts'
import { testDaemon } from '../../support/daemon.ts'
import { rss, serve } from '../../support/http.ts'
import { until } from '../../support/until.ts'

const feed = await serve((request, response) => {
  if (request.url?.startsWith('/page'))
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<link rel="alternate" type="application/rss+xml" href="/found/rss">')
  else if (/^\/(found|parted)/.test(request.url ?? ''))
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(rss([{ title: '<img src=x onerror=alert(1)> found' }], 'https://found.example'))
  else response.writeHead(500).end()
})
const named = (id: string, more: object = {}) => ({
  ...{ id, name: id.toUpperCase(), url: `${feed.url}/${id}?api_key=opensesame`, section: 'world', interval: '12h' },
  ...more,
})
const desk = testDaemon({
  sources: [
    named('courier'),
    named('gazette'),
    named('herald', { section: 'sports' }),
    named('idle', { enabled: false }),
    named('tribune', { section: 'sports' }),
  ],
  settings: { admin: { recrawlGap: '1h' } },
})
let url: string
let admin: Record<string, string>
let viewer: Record<string, string>

beforeAll(async () => {
  for (const id of ['courier', 'gazette'])
    await desk.redis.hset(desk.keys.source(sourceId(id)), {
      ...{ failures: 3, errorReason: 'status', errorDetail: 'it answered 500', errorAt: 1, lastFetchAt: 2 },
    })
  // Nobody crawls: what is asked for stays in the queue, where it can be counted.
  url = await setUp(await desk.start(['admin']))
  const tokens = createTokens({ redis: desk.redis, keys: desk.keys, now: Date.now })
  const headersOf = async (role: 'admin' | 'viewer') => ({
    authorization: `Bearer ${(await tokens.add(role, role, null)).token}`,
    accept: 'application/json',
  })
  admin = await headersOf('admin')
  viewer = await headersOf('viewer')
})

const ask = async (path: string, headers = admin) => {
  const answer = await fetch(`${url}${path}`, { headers })
  return { status: answer.status, text: await answer.text() }
}
const read = async (path: string) => JSON.parse((await ask(path)).text)
const send = async (path: string, fields: [string, string][] | FormData, headers = admin) => {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields)
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body, redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Record<string, unknown> }
}
const page = async (path: string) => (await ask(path, { ...admin, accept: 'text/html' })).text
const audited = async (what: string) =>
  (await read(`/audit?what=${what}`)).entries as { on: string; before: string; after: string; who: string }[]
const ticked = (act: string, ...ids: string[]): [string, string][] => [
  ['do', act],
  ['which', 'ticked'],
  ...ids.map((id): [string, string] => ['id', id]),
]

describe('sources acted on together', () => {
  it('sources acted on together are counted before: how many, and which are left alone', async () => {
    expect(await read('/sources/-/confirm?do=crawl&which=found&state=failing')).toMatchObject({
      count: 2,
      left: 0,
      cooling: 0,
      ids: ['courier', 'gazette'],
    })
    expect(await read('/sources/-/confirm?do=crawl&which=found&section=world')).toMatchObject({ count: 2, left: 1 })
    expect(await read('/sources/-/confirm?do=pause&id=herald&id=idle&id=none')).toMatchObject({ count: 1, left: 1 })
    const seen = await page('/sources/-/confirm?do=remove&id=herald')
    expect(seen).toContain('Remove 1 source')
    expect(seen).toContain('their data is deleted')
    expect((await ask('/sources/-/confirm?do=explode')).status).toBe(400)
  })

  it('several sources are re-crawled at once, and the page says how many were too soon', async () => {
    const failing: [string, string][] = [...ticked('crawl').slice(0, 1), ['which', 'found'], ['state', 'failing']]
    expect((await send('/sources/-/act', failing)).json).toEqual({ do: 'crawl', count: 2, cooling: 0 })
    expect((await send('/sources/-/act', failing)).json).toEqual({ do: 'crawl', count: 0, cooling: 2 })
    const again = await send('/sources/courier/crawl', [])
    expect(again.status).toBe(429)
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(3_000)
    expect(await read('/sources/-/confirm?do=crawl&which=found&state=failing')).toMatchObject({ cooling: 2 })
    expect((await audited('source.crawl')).map(({ on }) => on).sort()).toEqual(['courier', 'gazette'])
  })

  it('several sources are paused and resumed at once, with their earlier state in the audit log', async () => {
    expect((await send('/sources/-/act', ticked('pause', 'herald', 'idle'))).json).toMatchObject({ count: 1 })
    expect(await read('/sources?state=paused')).toMatchObject({ found: 2 })
    expect(await audited('source.pause')).toMatchObject([
      { on: 'herald', who: 'token:admin', before: '{"enabled":true}', after: '{"enabled":false}' },
    ])
    expect((await send('/sources/-/act', ticked('resume', 'herald'))).json).toMatchObject({ count: 1 })
    expect(await read('/sources?state=paused')).toMatchObject({ found: 1 })
  })

  it('several sources are removed at once, with all of each in the audit log except keys in its address', async () => {
    expect((await send('/sources/-/act', ticked('remove', 'tribune'))).json).toMatchObject({ count: 1 })
    expect((await ask('/sources/tribune')).status).toBe(404)
    const [{ before } = { before: '' }] = await audited('source.remove')
    expect(JSON.parse(before)).toMatchObject({ id: 'tribune', section: 'sports' })
    expect(before).not.toContain('opensesame')
  })

  it('a viewer sees several sources but cannot change them', async () => {
    for (const path of [
      '/sources/-/act',
      '/sources/courier/crawl',
      '/sources/-/find',
      '/sources/-/import',
      '/sources/-/add',
    ])
      expect((await send(path, ticked('remove', 'courier'), viewer)).status).toBe(403)
    expect((await ask('/sources/courier', viewer)).status).toBe(200)
    const seen = (await ask('/sources/courier', { ...viewer, accept: 'text/html' })).text
    expect(seen).not.toMatch(/<form[^>]*method="post"/)
    expect((await ask('/sources', { ...viewer, accept: 'text/html' })).text).not.toContain('type="checkbox"')
  })
})

describe('the page of a source', () => {
  it('the page of a source shows its state, next fetch and why, last fetches and settings, but no key in its address', async () => {
    const { redis, keys } = desk
    await redis.lpush(keys.history(sourceId('courier')), `${(1_800_000_000).toString(36)} f dw 2s 0 0 status`)
    await redis.hset(keys.source(sourceId('courier')), { nextAt: Date.now() + 7_200_000, nextReason: 'third failure' })
    const seen = await page('/sources/courier')
    for (const said of ['third failure', 'it answered 500', '500', '100 ms', 'config/sources.yaml', 'offers no hub'])
      expect(seen).toContain(said)
    expect(seen).not.toContain('opensesame')
    expect(await read('/sources/courier')).toMatchObject({
      word: 'failing',
      history: [{ outcome: 'failed', status: 500, ms: 100, reason: 'status' }],
      bodies: [],
    })
    expect((await ask('/sources/nobody')).status).toBe(404)
  })
})

describe('sources added in the desk', () => {
  it('feeds of a web page are discovered in the admin UI, shown escaped, chosen, and added once', async () => {
    const found = await send('/sources/-/find', [['url', `${feed.url}/page`]])
    expect(found.status).toBe(200)
    const { token, feeds } = found.json as { token: string; feeds: { source: { id: string } }[] }
    expect(feeds).toHaveLength(1)
    const fields: [string, string][] = [
      ['token', token],
      ['pick', '0'],
      ['section-0', 'sports'],
    ]
    const added = await send('/sources/-/add', fields)
    const id = feeds[0]?.source.id ?? ''
    expect(added.json).toEqual({ added: [id] })
    expect(await read(`/sources/${id}`)).toMatchObject({ source: { section: 'sports' } })
    expect((await send('/sources/-/add', fields)).status).toBe(410)
    expect(await audited('source.add')).toMatchObject([{ on: id, before: '' }])
    // The same feed is known again.
    const again = (await send('/sources/-/find', [['url', `${feed.url}/found/rss`]])).json
    expect(again).toMatchObject({ feeds: [{ knownAs: id }] })
  })

  it('a source added in the admin UI is shown with the address it redirects to permanently on another domain', async () => {
    const parted = await serve((_request, response) =>
      response.writeHead(301, { location: `${feed.url}/parted/rss` }).end(),
    )
    const moved = `${parted.url}/ redirects permanently: stored as ${feed.url}/parted/rss, at another domain, ${new URL(feed.url).host}`
    const found = await send('/sources/-/find', [['url', parted.url]])
    expect(found.json).toMatchObject({ feeds: [{ moved: expect.stringContaining(moved) }] })
    const asked = await fetch(`${url}/sources/-/find`, {
      ...{ method: 'POST', headers: { ...admin, accept: 'text/html' } },
      body: new URLSearchParams([['url', parted.url]]),
    })
    expect((await asked.text()).replaceAll('&#39;', "'")).toContain(moved)
  })

  it('the admin UI adds no source for an address without a feed, and says why', async () => {
    expect((await send('/sources/-/find', [['url', 'not an address at all:']])).status).toBe(422)
    expect((await send('/sources/-/find', [['url', `${feed.url}/nothing`]])).status).toBe(422)
  })

  it('the admin UI imports sources from OPML without known ones, and exports them as OPML', async () => {
    const opml = `<opml version="2.0"><body><outline text="Sports">
      <outline text="Goals &lt;b&gt;" type="rss" xmlUrl="https://goals.example/rss"/>
      <outline text="Courier" type="rss" xmlUrl="${feed.url}/courier?api_key=opensesame"/></outline></body></opml>`
    const upload = new FormData()
    upload.set('file', new File([opml], 'list.opml', { type: 'text/x-opml' }))
    upload.set('text', '')
    upload.set('section', 'world')
    const shown = await send('/sources/-/import', upload)
    expect(shown.json).toMatchObject({ count: 1, left: [{ why: expect.stringContaining('the source courier') }] })
    const token = String(shown.json.token)
    expect(
      (
        await send('/sources/-/add', [
          ['token', token],
          ['pick', 'all'],
        ])
      ).json,
    ).toEqual({ added: ['goals'] })
    expect(await read('/sources/goals')).toMatchObject({ source: { section: 'sports', name: 'Goals <b>' } })

    const pasted = new FormData()
    pasted.set('text', 'no list')
    expect((await send('/sources/-/import', pasted)).json).toMatchObject({ error: expect.stringContaining('not OPML') })

    const whole = (await ask('/sources/-/export.opml')).text
    expect(whole).toContain('xmlUrl="https://goals.example/rss"')
    expect(whole).toContain(`xmlUrl="${feed.url}/courier`)
    expect(whole).not.toContain('opensesame')
  })
})

describe('who listens to what changes', () => {
  /** Events as they come. */
  const listen = async (headers: Record<string, string>) => {
    const gone = new AbortController()
    const answer = await fetch(`${url}/live?topics=sources`, { headers, signal: gone.signal })
    const heard: string[] = []
    let isOver = false
    const reading = (async () => {
      const decoder = new TextDecoder()
      try {
        for await (const piece of answer.body ?? []) heard.push(decoder.decode(piece))
      } catch {
        // Let go of by us.
      }
      isOver = true
    })()
    return { answer, heard, reading, isOver: () => isOver, leave: () => gone.abort() }
  }

  it('a client of the live updates of the admin UI learns which source changed', async () => {
    const { answer, heard, leave, reading } = await listen({ ...viewer, accept: 'text/event-stream' })
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    // Told only from the first look on: changed until it is heard.
    let count = 0
    await until(async () => {
      count += 1
      await desk.redis.hset(desk.keys.source(sourceId('gazette')), { lastFetchAt: count })
      await desk.redis.zadd(desk.keys.due(), count, 'gazette')
      return heard.join('').includes('event: sources\ndata: {"keys":["gazette"]}')
    })
    leave()
    await reading
  })

  it('a client of the live updates of the admin UI must name a known topic and be logged in', async () => {
    expect((await ask('/live?topics=weather')).status).toBe(400)
    const stranger = { accept: 'text/event-stream' }
    expect((await fetch(`${url}/live?topics=sources`, { headers: stranger })).status).toBe(401)
  })
})

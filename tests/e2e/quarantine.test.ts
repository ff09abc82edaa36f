import { beforeAll, describe, expect, it } from 'vitest'
import { createSources } from '../../src/sources/store/sources.ts'
import { logIn, post, setUp } from '../support/admin.ts'
import { sourceId } from '../support/articles.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss, serve } from '../support/http.ts'
import { until } from '../support/until.ts'

endAll()

const page = '<!doctype html><title>Maintenance</title><script>alert("x")</script>'
const feed = await serve((_request, response) => {
  if (feed.requests.length > 1) response.writeHead(503).end()
  else response.writeHead(200, { 'content-type': 'text/html' }).end(page)
})
const desk = testDaemon({
  sources: [{ id: 'courier', name: 'Courier', url: `${feed.url}/rss`, section: 'world', interval: '12h' }],
})
const courier = sourceId('courier')
const sources = createSources({
  redis: desk.redis,
  keys: desk.keys,
  catalogue: () => desk.config.sources,
  settings: () => desk.config.settings.crawl,
  now: Date.now,
})
const { dir } = aConfigFolder({
  settings: `redis: { prefix: ${desk.keys.prefix} }\n`,
  sources: `sources:\n  - { id: courier, name: Courier, url: ${feed.url}/rss, section: world }\n`,
})
const newsdesk = async (...args: string[]) => {
  const run = cli(args, { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir })
  return { code: await run.ended, out: run.out(), err: run.err() }
}
/** As if code that could not read it had put it there. */
const keep = (...titles: string[]) =>
  sources.quarantine.keep(courier, {
    body: Buffer.from(rss(titles.map(title => ({ title, published: new Date(Date.now() - 3_600_000) })))),
    reason: 'looks like a feed, but no feed element could be read',
    contentType: 'application/rss+xml',
    url: `${feed.url}/rss`,
  })
let url: string
let cookie: string

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  cookie = await logIn(url)
})
const get = async (path: string) => (await fetch(`${url}${path}`, { headers: { cookie }, redirect: 'manual' })).text()

describe('a body that could not be read', () => {
  it('a body that could not be read is shown in the admin pages with the reason, and as text that nothing can run', async () => {
    const [body] = await until(
      () => sources.quarantine.bodies(courier),
      bodies => bodies.length > 0,
    )
    const list = await get('/quarantine')
    expect(list).toContain('an HTML page (&quot;Maintenance&quot;)')
    expect(await get('/overview')).toContain('1 in quarantine')
    const shown = await get(`/quarantine/courier/${body?.id}`)
    expect(shown).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
    expect(shown).not.toContain('<script>')
    expect(await get('/quarantine/courier/nothing')).toContain('no longer')
  })

  it('a body that could not be read can be viewed and replayed only by an admin, and not by a form on a foreign page', async () => {
    const [body] = await sources.quarantine.bodies(courier)
    const path = `/quarantine/courier/${body?.id}`
    expect((await fetch(`${url}${path}`, { redirect: 'manual' })).headers.get('location')).toMatch(/^\/login/)
    expect((await post(url, `${path}/replay`, {})).status).toBe(401)
    const forged = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await post(url, `${path}/replay`, {}, forged)).status).toBe(403)
    expect((await post(url, `${path}/drop`, {}, forged)).status).toBe(403)
  })

  it('a body that is replayed and still cannot be read stays in quarantine, with a message', {
    timeout: 120_000,
  }, async () => {
    const [body] = await sources.quarantine.bodies(courier)
    const answer = await post(url, `/quarantine/courier/${body?.id}/replay`, {}, { cookie, origin: url })
    expect(answer.status).toBe(303)
    expect(await get(answer.headers.get('location') ?? '')).toContain('still cannot be read')
    const again = await newsdesk('quarantine', 'replay', 'courier')
    expect(again).toMatchObject({ code: 1, out: expect.stringMatching(/courier \S+: unreadable: an HTML page/) })
    const dropped = await newsdesk('quarantine', 'drop', '--all')
    expect(dropped).toMatchObject({ code: 0, out: '1 body dropped.\n' })
    expect(await sources.quarantine.bodies()).toEqual([])
    for (const what of ['quarantine.replay', 'quarantine.drop'])
      expect(await get(`/audit?what=${what}&who=cli:`)).toContain(`<td>${what}</td>`)
  })

  it('a body that is replayed in the admin pages reaches the lists once, and leaves the quarantine', async () => {
    await keep('Ferry treaty signed', 'Volcano wakes beneath glacier')
    const [body] = await sources.quarantine.bodies(courier)
    const answer = await post(url, `/quarantine/courier/${body?.id}/replay`, {}, { cookie, origin: url })
    expect(await get(answer.headers.get('location') ?? '')).toContain('2 new and 0 edited')
    await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )
    expect(await sources.quarantine.bodies()).toEqual([])
    expect((await post(url, `/quarantine/courier/${body?.id}/replay`, {}, { cookie, origin: url })).status).toBe(404)
  })

  it('a body that is replayed from the command line brings in only new items', { timeout: 180_000 }, async () => {
    await keep('Ferry treaty signed', 'Volcano wakes beneath glacier', 'Bakers strike over flour prices')
    const list = await newsdesk('quarantine')
    expect(list.code).toBe(0)
    expect(list.out).toMatch(/courier +\S+ +\d+ s ago .*no feed element could be read/)
    const shown = await newsdesk('quarantine', 'show', 'courier')
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringContaining('<title>Bakers strike over flour prices</title>'),
    })
    const replayed = await newsdesk('quarantine', 'replay', '--all', '--json')
    expect(replayed).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(replayed.out)).toMatchObject([
      { source: 'courier', outcome: 'read', items: 3, new: 1, edited: 0 },
    ])
    await until(
      () => desk.list('latest'),
      entries => entries.length === 3,
    )
    const [nothing, nobody, none] = await Promise.all([
      newsdesk('quarantine', 'replay', 'courier'),
      newsdesk('quarantine', 'show', 'nobody'),
      newsdesk('quarantine', 'replay'),
    ])
    expect([nothing.code, nobody.code, none.code]).toEqual([1, 2, 2])
    expect(none.err).toContain('name one source, or pass --all')
    expect(await sources.quarantine.bodies()).toEqual([])
  })
})

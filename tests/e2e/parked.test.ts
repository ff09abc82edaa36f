import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestUrl } from '../../src/sources/state/moves.ts'
import { logIn, post, setUp } from '../support/admin.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFolder } from '../support/folder.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { serverIn } from '../support/own-redis.ts'
import { until } from '../support/until.ts'

endAll()

const OWN = ['Ferry treaty signed in harbour', 'Volcano wakes beneath glacier', 'Bakers strike over flour prices']
const REFUSED = ['Lottery numbers leaked tonight', 'Cheap watches straight from factory']
const OTHERS = ['Win a cruise with our casino', 'Miracle pills melt belly fat']

/** One server under many names, each a domain of its own; what each answers can be changed. */
const answers = new Map<string, readonly FeedItemSketch[] | { status: number; to: string }>()
const server = await serve((request, response) => {
  const name = String(request.headers.host).split('.')[0] ?? ''
  const answer = answers.get(name) ?? []
  if ('to' in answer) response.writeHead(answer.status, { location: answer.to }).end()
  else
    response
      .writeHead(200, { 'content-type': 'application/rss+xml' })
      .end(rss(answer, `https://${name.replace(/^(?:www|cdn)-/, '')}.example`))
})
const at = (name: string, path = '/rss') => `http://${name}.localhost:${new URL(server.url).port}${path}`
const items = (titles: readonly string[], tag: string) =>
  titles.map(title => ({ title: `${title} ${tag}`, published: new Date() }))
const polls = (name: string) =>
  server.requests.filter(({ headers }) => String(headers.host).startsWith(`${name}.`)).length
const polledAgain = async (name: string): Promise<void> => {
  const from = polls(name)
  await until(
    () => polls(name),
    count => count >= from + 2,
  )
}

const NAMES = ['courier', 'herald', 'gazette', 'tribune', 'bugle']
for (const name of NAMES) answers.set(name, items(OWN, `of the ${name}`))
const desk = testDaemon({
  sources: NAMES.map(id => ({ id, name: id, url: at(id), section: 'world' })),
})
const { dir } = aConfigFolder({
  settings: `redis: { prefix: ${desk.keys.prefix} }\n`,
  sources: `sources:\n${NAMES.map(id => `  - { id: ${id}, name: ${id}, url: "${at(id)}", section: world }\n`).join('')}`,
})
const newsdesk = async (...args: string[]) => {
  const run = cli(args, { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir })
  return { code: await run.ended, out: run.out(), err: run.err() }
}
const titles = async () => (await desk.list('latest')).map(({ title }) => title)
let url: string
let cookie: string
const get = async (path: string) => (await fetch(`${url}${path}`, { headers: { cookie } })).text()
/** The field in which a source's places stand. */
const places = async (id: string) => JSON.parse((await desk.redis.hget(desk.keys.source(id), 'places')) ?? '{}')

beforeAll(async () => {
  url = await setUp(await desk.start(['scheduler', 'crawl', 'articles', 'publish', 'events', 'admin']))
  cookie = await logIn(url)
  await until(titles, found => found.length === NAMES.length * OWN.length, { timeout: 90_000 })
}, 120_000)

describe('a source whose domain answers with somebody else’s feed', () => {
  it('a source whose domain answers with somebody else’s feed publishes nothing of it, says so wherever one looks, and once it is accepted all that was held comes in, once', {
    timeout: 180_000,
  }, async () => {
    answers.set('parked', items(OTHERS, 'and more'))
    answers.set('courier', { status: 301, to: at('parked') })
    await until(
      () => places('courier'),
      found => found.held?.items === 2,
    )
    answers.set('parked', items([...OTHERS, 'Third offer'], 'and more'))
    await until(
      () => places('courier'),
      found => found.held?.items === 3,
    )
    expect((await titles()).filter(title => title.endsWith('and more'))).toEqual([])

    const status = await newsdesk('status')
    expect(status.code).toBe(1)
    expect(status.out).toMatch(/1 source leads to another domain, courier among them \(to http:\/\/parked\.localhost/)
    expect((await newsdesk('sources', 'explain', 'courier')).out).toContain('3 items wait in quarantine')
    expect((await newsdesk('quarantine')).out).toMatch(/courier +3 /)
    const page = await get('/sources/courier')
    expect(page).toContain('Its address leads to another domain')
    expect(page).toContain(at('parked'))
    expect(await get('/quarantine')).toContain('Held items')

    const by = { cookie, origin: url }
    // Where it leads elsewhere than was shown, nothing is decided.
    await post(url, '/sources/courier/place', { do: 'accept', to: at('elsewhere') }, by)
    expect((await places('courier')).held).not.toBeNull()
    const answer = await post(url, '/sources/courier/place', { do: 'accept', to: at('parked') }, by)
    expect(await get(answer.headers.get('location') ?? '')).toContain('3 held items are being ingested')
    await until(titles, found => found.filter(title => title.endsWith('and more')).length === 3)
    await polledAgain('parked')
    expect((await titles()).filter(title => title.endsWith('and more'))).toHaveLength(3)
    expect(await get('/audit?what=source.accept')).toContain('<td>source.accept</td>')
    expect((await newsdesk('status')).out).not.toContain('another domain')
  })

  it('a source whose domain answers with somebody else’s feed never publishes what was refused, until that is taken back', {
    timeout: 180_000,
  }, async () => {
    answers.set('spam', items(REFUSED, 'of the refused'))
    answers.set('herald', { status: 308, to: at('spam') })
    await until(
      () => places('herald'),
      found => found.held?.items === 2,
    )
    expect(await newsdesk('sources', 'refuse', 'herald')).toMatchObject({ code: 0, err: '' })
    answers.set('spam', items([...REFUSED, 'Another offer'], 'of the refused'))
    await polledAgain('spam')
    expect((await titles()).filter(title => title.endsWith('of the refused'))).toEqual([])
    expect((await places('herald')).held).toBeNull()
    expect(await desk.redis.exists(desk.keys.held('herald'))).toBe(0)
    expect(await get('/sources/herald')).toContain('was refused')
    expect((await newsdesk('sources', 'accept', 'herald')).code).toBe(0)
    await until(titles, found => found.filter(title => title.endsWith('of the refused')).length === 3)
  })

  it('a source whose domain answers with somebody else’s feed returns to its own address with nothing left of the other', {
    timeout: 120_000,
  }, async () => {
    answers.set('casino', items(OTHERS, 'of the casino'))
    answers.set('gazette', { status: 302, to: at('casino') })
    await until(
      () => places('gazette'),
      found => found.held?.items === 2,
    )
    answers.set('gazette', items([...OWN, 'Lighthouse lit again'], 'of the gazette'))
    await until(titles, found => found.includes('Lighthouse lit again of the gazette'))
    await until(
      () => desk.redis.hget(desk.keys.source('gazette'), 'places'),
      found => found === null,
    )
    expect(await desk.redis.exists(desk.keys.held('gazette'))).toBe(0)
    expect((await titles()).filter(title => title.endsWith('of the casino'))).toEqual([])
  })
})

describe('a source that its publisher serves from another address', () => {
  it('a source that its publisher serves from another address, such as a CDN, publishes what is new behind a temporary redirect', {
    timeout: 120_000,
  }, async () => {
    answers.set('cdn-tribune', items(OWN, 'of the tribune'))
    answers.set('tribune', { status: 302, to: at('cdn-tribune') })
    await polledAgain('cdn-tribune')
    answers.set('cdn-tribune', items([...OWN, 'Orchard blooms twice'], 'of the tribune'))
    await until(titles, found => found.includes('Orchard blooms twice of the tribune'))
    expect(await places('tribune')).toMatchObject({ held: null, trusted: ['cdn-tribune.localhost'] })
  })

  it('a source that its publisher serves from another address is held until a permanent redirect is adopted, then published in full', {
    timeout: 120_000,
  }, async () => {
    answers.set('www-bugle', items([...OWN, 'Brass band plays on'], 'of the bugle'))
    answers.set('bugle', { status: 301, to: at('www-bugle') })
    await until(
      () => places('bugle'),
      found => found.held?.items === 1,
    )
    expect(await titles()).not.toContain('Brass band plays on of the bugle')
    // Seen on the two days before as well.
    const today = Math.floor(Date.now() / 86_400_000)
    await desk.redis.hset(desk.keys.source('bugle'), 'move', `1 ${today - 2},${today - 1} ${at('www-bugle')}`)
    await until(titles, found => found.includes('Brass band plays on of the bugle'))
    const [adopted, from] = await desk.redis.hmget(desk.keys.source('bugle'), 'adopted', 'adoptedFrom')
    expect([adopted, from]).toEqual([at('www-bugle'), digestUrl(at('bugle'))])
    await until(
      () => places('bugle'),
      found => (found.held ?? null) === null,
    )
    expect((await titles()).filter(title => title === 'Brass band plays on of the bugle')).toHaveLength(1)
  })
})

describe('a refused redirect after Redis was emptied', () => {
  // A Redis of its own: it is emptied.
  const folder = aFolder('refused')
  let own: Awaited<ReturnType<typeof serverIn>>
  beforeAll(async () => {
    own = await serverIn(folder)
  })
  afterAll(() => own.close())
  const emptied = testDaemon({
    sources: [
      { id: 'echo', name: 'Echo', url: at('echo'), section: 'world' },
      { id: 'mirror', name: 'Mirror', url: at('mirror'), site: 'https://mirror.example', section: 'world' },
    ],
    address: { socket: join(folder, 'redis.sock') },
  })
  const heldOf = async (id: string) =>
    JSON.parse((await emptied.redis.hget(emptied.keys.source(id), 'places')) ?? '{}').held ?? null

  it('a temporary redirect that was refused publishes nothing after Redis was emptied: its items are held again', {
    timeout: 180_000,
  }, async () => {
    answers.set('echo', items(OWN, 'of the echo'))
    answers.set('casino', items(OTHERS, 'of the casino'))
    // Where a source is never read otherwise, its items speak for it: they link to its own domain.
    answers.set('cdn-mirror', items(['Orchard blooms twice this autumn'], 'of the mirror'))
    answers.set('mirror', { status: 302, to: at('cdn-mirror') })
    const daemon = await emptied.start(['scheduler', 'crawl', 'articles', 'publish', 'admin'])
    const listed = async () => (await emptied.list('latest')).map(({ title }) => title)
    await until(listed, found => found.length === 4)
    answers.set('echo', { status: 302, to: at('casino') })
    await until(
      () => heldOf('echo'),
      found => found?.items === 2,
    )
    const admin = daemon.adminUrl ?? ''
    const page = { cookie: await logIn(await setUp(daemon)), origin: admin }
    await post(admin, '/sources/echo/place', { do: 'refuse', to: at('casino') }, page)
    expect(await heldOf('echo')).toBeNull()

    await emptied.redis.flushall()
    // The whole hash, which tells more if it never comes to this.
    await until(
      () => emptied.redis.hgetall(emptied.keys.source('echo')),
      ({ places = '{}' }) => JSON.parse(places).held?.items === 2,
    )
    // All else is read again by itself.
    await until(listed, found => found.includes('Orchard blooms twice this autumn of the mirror'))
    expect((await listed()).filter(title => title.endsWith('of the casino'))).toEqual([])
  })
})

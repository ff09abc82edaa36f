import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CrawlSettings } from '../../src/config/sections/crawl.ts'
import { discover } from '../../src/feeds/discovery/discover.ts'
import { createResolve, type Resolve } from '../../src/http-client/connect.ts'
import { createFetcher, type FetchOutcome } from '../../src/http-client/fetch.ts'
import { createPoster } from '../../src/http-client/post.ts'
import { createTokens } from '../../src/server/admin/auth/tokens.ts'
import { createRobots } from '../../src/sources/polling/robots.ts'
import { setUp } from '../support/admin.ts'
import { sourceId } from '../support/articles.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { rss } from '../support/http.ts'
import { aPollingDesk } from '../support/polls.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

/** The publisher, which configuration lets us reach; at the same port of every other address of this machine stands what nobody may reach. */
const ALLOWED = '127.0.0.9'
// Elsewhere loopback is one address, and there is no other beside the publisher's to be kept from.
const isLinux = process.platform === 'linux'

const listenAt = (host: string, port: number, answer: RequestListener): Promise<Server | null> =>
  new Promise(resolve => {
    const server = createServer(answer)
    server.once('error', () => resolve(null)).listen(port, host, () => resolve(server))
  })

const inside: string[] = []
const secret: RequestListener = (request, response) => {
  inside.push(`${request.headers.host}${request.url}`)
  response.end(rss([{ title: 'The secret of the machine room' }]))
}

const xml = (body: string) => `<?xml version="1.0"?>${body}`
/** Leads wherever it is told to, in every way in which a publisher can. */
const publisher: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://publisher.example')
  // Each request looks its name up anew.
  if (request.headers.host?.startsWith('rebinding')) response.setHeader('connection', 'close')
  const to = searchParams.get('to') ?? ''
  if (/^\/3\d\d$/.test(pathname))
    return response.writeHead(Number(pathname.slice(1)), { location: Buffer.from(to).toString('latin1') }).end()
  if (pathname === '/robots.txt' && robots.location !== '')
    return response.writeHead(302, { location: Buffer.from(robots.location).toString('latin1') }).end()
  if (pathname === '/robots.txt' && robots.sitemap !== '') return response.end(`Sitemap: ${robots.sitemap}\n`)
  if (pathname === '/page')
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<link rel="alternate" type="application/rss+xml" href="${to}"><a href="${to}">RSS feed</a>`)
  if (pathname === '/index.xml') return response.end(xml('<sitemapindex/>'))
  if (pathname === '/well') return response.end(rss([{ title: 'For everybody' }]))
  response.writeHead(404).end()
}
const robots = { location: '', sitemap: '' }

const open = async () => {
  for (let tries = 0; tries < 20; tries += 1) {
    const first = await listenAt(ALLOWED, 0, publisher)
    const { port } = (first?.address() ?? { port: 0 }) as { port: number } // a TCP server has one
    const second = await listenAt('127.0.0.1', port, secret)
    if (first && second) return { port, servers: [first, second, await listenAt('::1', port, secret)] }
    first?.close()
  }
  throw new Error('no port that is free at both addresses')
}
const { port, servers } = isLinux ? await open() : { port: 0, servers: [] }
afterAll(() => {
  for (const server of servers) {
    server?.close()
    server?.closeAllConnections()
  }
})
endAll()

/** Ways to write the address of this machine, of its network and of what clouds keep for machines alone. */
const LITERALS: Readonly<Record<string, string>> = {
  plain: '127.0.0.1',
  decimal: '2130706433',
  octal: '0177.0.0.1',
  'octal in one': '017700000001',
  hex: '0x7f.0x0.0x0.0x1',
  'hex in one': '0x7f000001',
  short: '127.1',
  'with a dot behind': '127.0.0.1.',
  percent: '%31%32%37.0.0.1',
  'full-width digits': '１２７.０.０.１',
  'ideographic stops': '127。0。0。1',
  nowhere: '0.0.0.0',
  zero: '0',
  'IPv6 loopback': '[::1]',
  'IPv6 loopback in full': '[0:0:0:0:0:0:0:1]',
  'IPv6 nowhere': '[::]',
  'IPv4-mapped': '[::ffff:127.0.0.1]',
  'IPv4-mapped in hex': '[::ffff:7f00:1]',
  'IPv4-compatible': '[::127.0.0.1]',
  'IPv4-translated': '[::ffff:0:127.0.0.1]',
  NAT64: '[64:ff9b::7f00:1]',
  'local NAT64': '[64:ff9b:1::7f00:1]',
  '6to4': '[2002:7f00:1::1]',
  Teredo: '[2001:0:7f00:1::1]',
  ISATAP: '[2a00:1450:4001:80b:0:5efe:127.0.0.1]',
  'link-local': '[fe80::1]',
  'link-local with a zone': '[fe80::1%25lo]',
  'unique local': '[fd12:3456::1]',
  'site-local': '[fec0::1]',
  private: '10.0.0.1',
  'home network': '192.168.1.1',
  'carrier NAT': '100.64.0.1',
  'metadata of most clouds': '169.254.169.254',
  'metadata in decimal': '2852039166',
  'metadata, IPv4-mapped': '[::ffff:169.254.169.254]',
  'metadata by IPv6': '[fd00:ec2::254]',
  'metadata of Alibaba': '100.100.100.200',
  'metadata of Oracle': '192.0.0.192',
  'platform of Azure': '168.63.129.16',
  multicast: '224.0.0.1',
  broadcast: '255.255.255.255',
  'behind a name as user': 'publisher.example@127.0.0.1',
}
const LOCAL_NAMES: Readonly<Record<string, string>> = {
  localhost: 'localhost',
  'localhost with a dot': 'localhost.',
  'LOCALHOST in capitals': 'LOCALHOST',
  'a name under localhost': 'feeds.localhost',
  'the same with a dot': 'feeds.localhost.',
}
/** What the DNS server of whoever means harm answers. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  'publisher.example': [ALLOWED],
  'private.publisher.example': ['127.0.0.1'],
  'private6.publisher.example': ['::1'],
  'mixed.publisher.example': [ALLOWED, '127.0.0.1'],
  'mixed6.publisher.example': ['::1', ALLOWED],
  'mapped.publisher.example': ['::ffff:127.0.0.1'],
  'nat64.publisher.example': ['64:ff9b::7f00:1'],
  'zone.publisher.example': ['fe80::1%lo'],
  'metadata.publisher.example': ['169.254.169.254'],
  'spelt.publisher.example': ['2130706433'],
}

const FORMS: Readonly<Record<string, string>> = {
  ...LITERALS,
  ...LOCAL_NAMES,
  ...Object.fromEntries(Object.keys(ANSWERS).flatMap(name => (name === 'publisher.example' ? [] : [[name, name]]))),
}

/** Names that change their mind: the first look at one finds the publisher, each later one what is inside. */
const looks = new Map<string, number>()
const rebound = (name: string): string => {
  const before = looks.get(name) ?? 0
  looks.set(name, before + 1)
  return before === 0 ? ALLOWED : '127.0.0.1'
}
const system = createResolve()
const resolve: Resolve = async hostname => {
  const name = hostname.replace(/\.$/, '').toLowerCase()
  if (name.endsWith('localhost')) return system(hostname)
  const answers = name.startsWith('rebinding') ? [rebound(name)] : (ANSWERS[name] ?? [])
  if (answers.length === 0) throw Object.assign(new Error(`no such name ${hostname}`), { code: 'ENOTFOUND' })
  return answers.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const allow = [`${ALLOWED}/32`]
const home = `http://publisher.example:${port}`
const at = (host: string) => `http://${host}:${port}/well`
const leadTo = (path: string, target: string) => `${home}${path}?to=${encodeURIComponent(target)}`
const told = (outcome: { kind: string; reason?: string; detail?: string }) =>
  outcome.kind === 'failed' ? `${outcome.reason}: ${outcome.detail}` : outcome.kind

describe.runIf(isLinux)('an address inside', () => {
  const { redis, keys } = testRedis()
  const crawl = CrawlSettings.parse({ allow, hostGap: '0ms', headersTimeout: '2s', totalTimeout: '4s' })
  const { fetchFeed, fetchText, close } = createFetcher(() => crawl, { resolve })
  const poster = createPoster(() => crawl, { resolve })
  const rules = createRobots({ redis, keys, fetchText, userAgent: () => crawl.userAgent })
  const desk = aPollingDesk({ index: `${home}/index.xml` }, { allow }, { resolve })
  afterAll(() => Promise.all([close(), poster.close()]))

  const fetched = async (url: string) => told(await fetchFeed({ url, validators: null }))
  const posted = async (url: string) => told(await poster.postForm(url, { 'hub.mode': 'subscribe' }))
  const allowedBy = async (url: string) => {
    await redis.del(keys.robots(new URL(url).origin))
    return (await rules.ask(url)).refusal ?? 'allowed'
  }
  /** What became of all that the page led to. */
  const found = async (page: string) => {
    const outcomes: string[] = []
    const fetchPage = async (url: string) => {
      const outcome = (await fetchFeed({ url, validators: null })) as Exclude<FetchOutcome, { kind: 'held' }> // nobody holds it
      if (new URL(url).pathname === '/well') outcomes.push(told(outcome))
      return outcome
    }
    await discover(page, fetchPage)
    return outcomes.join('\n') || 'no URL to ask for'
  }
  const withRobots = async (some: Partial<typeof robots>, work: () => Promise<string>) => {
    Object.assign(robots, some)
    try {
      return await work()
    } finally {
      Object.assign(robots, { location: '', sitemap: '' })
    }
  }

  /** Every way on which a stranger's word decides where a request goes. */
  const WAYS: Readonly<Record<string, (target: string) => Promise<string>>> = {
    'the url of a source': fetched,
    'a redirect for good': target => fetched(leadTo('/301', target)),
    'a redirect for now': target => fetched(leadTo('/302', target)),
    'a redirect after a form': target => fetched(leadTo('/303', target)),
    'a redirect that keeps the method': target => fetched(leadTo('/307', target)),
    'a redirect behind another': target => fetched(leadTo('/308', leadTo('/302', target))),
    'a WebSub hub': posted,
    'the redirect of a hub': target => posted(leadTo('/307', target)),
    'robots.txt of a host': allowedBy,
    'the redirect of robots.txt': target => withRobots({ location: target }, () => allowedBy(`${home}/feed`)),
    'a feed that a page declares': target => found(leadTo('/page', target)),
    'a sitemap that robots.txt names': target =>
      withRobots({ sitemap: target }, () => found(leadTo('/page', `${home}/gone`))),
    'a sitemap that an index names': async target => {
      const polled = await desk.poll('index', { isRecrawl: true })
      if (polled.kind !== 'changed') return told(polled as { kind: string })
      const more = await polled.more(target)
      return 'reason' in more ? `${more.reason}: ${more.detail}` : more.kind
    },
  }

  const REFUSED = /private or special address|is no address|no URL|Invalid URL|another domain/
  it.each(Object.entries(WAYS))(
    'an address inside is not reached by %s, however it is written or answered',
    async (_, way) => {
      // The way leads somewhere: where it may, it arrives.
      expect(await way(at('publisher.example'))).toMatch(/^(changed|answered|allowed)$/)
      const wrong: string[] = []
      for (const [form, host] of Object.entries(FORMS)) {
        inside.length = 0
        const outcome = await way(at(host)).catch(String)
        if (!REFUSED.test(outcome) || inside.length > 0) wrong.push(`${form} (${host}): ${outcome} ${inside}`)
      }
      expect(wrong).toEqual([])
    },
  )

  it.each(Object.entries(WAYS))(
    'an address inside is not reached by %s under a name that changes its mind',
    async (_, way) => {
      const name = `rebinding-${looks.size}.publisher.example`
      inside.length = 0
      // Once where it may, then where it may not: what was judged is what is connected to.
      for (let times = 0; times < 3; times += 1) await way(at(name))
      expect(looks.get(name)).toBeGreaterThan(1)
      expect(inside).toEqual([])
    },
  )
})

describe.runIf(isLinux)('a newsdesk as it runs', () => {
  const parsed = Object.values({ ...LITERALS, ...LOCAL_NAMES }).filter(host => URL.canParse(at(host)))
  // Of all spellings of one address a catalogue takes the first.
  const targets = [...new Map(parsed.map(host => [new URL(at(host)).href, host])).values()]
  const sources = targets.map((host, index) => ({
    ...{ id: `inside-${index}`, name: host, url: at(host), section: 'world' },
  }))

  it('a newsdesk as it runs crawls no address inside, neither by its schedule nor by hand, and the desk finds no feed there', {
    timeout: 120_000,
  }, async () => {
    inside.length = 0
    const desk = testDaemon({ sources, settings: { crawl: { allow, tick: '1s', hostGap: '0ms' } } })
    const daemon = await desk.start(['scheduler', 'crawl', 'admin'])
    const url = await setUp(daemon)
    const { token } = await createTokens({ redis: desk.redis, keys: desk.keys, now: Date.now }).add('t', 'admin', null)
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    const send = (path: string, fields: Record<string, string> = {}) =>
      fetch(`${url}${path}`, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' })
    const reasons = () =>
      Promise.all(sources.map(({ id }) => desk.redis.hget(desk.keys.source(sourceId(id)), 'errorReason')))
    expect(await until(reasons, all => !all.includes(null))).toEqual(sources.map(() => 'blocked'))

    for (const { id } of sources) await desk.redis.hdel(desk.keys.source(sourceId(id)), 'errorReason')
    for (const { id } of sources) expect((await send(`/sources/${id}/crawl`)).status, id).toBeLessThan(400)
    expect(await until(reasons, all => !all.includes(null))).toEqual(sources.map(() => 'blocked'))

    for (const { url: typed } of sources) expect((await send('/sources/-/find', { url: typed })).status).toBe(422)
    expect(inside).toEqual([])
  })

  it('a newsdesk as it runs reads no address inside that a file of feeds names', { timeout: 120_000 }, async () => {
    inside.length = 0
    const { keys } = testRedis()
    const { dir } = aConfigFolder({
      settings: `redis: { prefix: ${keys.prefix} }\ncrawl: { hostGap: 0ms, allow: ['${ALLOWED}/32'] }\n`,
    })
    const file = join(dir, 'feeds.opml')
    const outlines = sources.map(({ name, url }) => `<outline text="${name}" xmlUrl="${url}"/>`).join('')
    writeFileSync(file, xml(`<opml version="2.0"><body>${outlines}</body></opml>`))
    const importing = cli(['sources', 'import', file, '--json', '--yes'], {
      NEWSDESK_REDIS_URL: redisUrl(),
      NEWSDESK_CONFIG: dir,
    })
    await importing.ended
    const lines = (JSON.parse(importing.out()) as { reported: { outcome: string; detail: string }[] }).reported
    expect(lines).toHaveLength(sources.length)
    expect(lines.filter(({ detail }) => !/blocked|private or special/.test(detail))).toEqual([])
    expect(inside).toEqual([])
  })
})

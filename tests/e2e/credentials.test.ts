import { describe, expect, it } from 'vitest'
import { logIn, PASSWORD, post } from '../support/admin.ts'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { rss, serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

endAll()

const SECRETS = ['pa55w0rd-of-reader', 'k3y-of-subscriber']
const found = (text: string): string[] => SECRETS.filter(secret => text.includes(secret))

/** A publisher that wants a password, and others of its kind that go wrong in ways that are told. */
const publisher = await serve((request, response) => {
  const at = request.url ?? ''
  const isAllowed = request.headers.authorization?.startsWith('Basic ') || at.includes(SECRETS[1] ?? '')
  if (!isAllowed) return response.writeHead(401).end('who are you?')
  if (at.startsWith('/moved')) return response.writeHead(301, { location: at.replace('/moved', '/rss') }).end()
  if (at.startsWith('/page')) return response.writeHead(200, { 'content-type': 'text/html' }).end('<p>no feed</p>')
  if (at.startsWith('/broken')) return response.writeHead(500).end('out of order')
  if (at.startsWith('/round')) return response.writeHead(302, { location: at }).end()
  const self = `http://${request.headers.host}${at}`
  const items = ['Ferry runs all night', 'Owls nest in the mill'].map((title, n) => ({
    title,
    path: `${n}`,
    published: new Date(),
  }))
  const feed = rss(items, `http://${request.headers.host}`)
    // As some do: their own address, key and all, in the feed itself and in its links.
    .replace(
      '<channel>',
      `<channel><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="${self.replaceAll('&', '&amp;')}"/>`,
    )
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(feed)
})

const { host } = new URL(publisher.url)
const [password, key] = SECRETS
const userinfo = (path: string) => `http://reader:${password}@${host}${path}`
const keyed = (path: string) => `http://${host}${path}?api_key=${key}`
/** One is known already, two are the same, one is no feed. */
const outlines = [
  keyed('/rss'),
  keyed('/copy'),
  keyed('/copy'),
  userinfo('/page'),
  `http//u:${password}@x/`,
  keyed('/round'),
]
  .map(url => `<outline xmlUrl="${url}"/>`)
  .join('')
const PATHS = ['/rss', '/moved', '/page', '/broken', '/round']

describe('a password or key in the address of a source', () => {
  it('a password or key in the address of a source is in no log, no page, no list, no job, no status and no table', {
    timeout: 400_000,
  }, async () => {
    const { redis, keys } = testRedis()
    const settings = `redis: { prefix: ${keys.prefix} }
crawl: { tick: 1s, minInterval: 2s, maxInterval: 3s, startInterval: 2s, hostGap: 0ms, allow: ['127.0.0.0/8'] }
lists: { refresh: 1s, settle: 20ms }
admin: { port: 0 }
log: { level: trace }
shutdown: 5s
`
    const line = (id: string, url: string) =>
      `  - { id: ${id}, name: ${id}, url: ${JSON.stringify(url)}, section: world }\n`
    const sources = PATHS.flatMap(path => [
      line(`user-${path.slice(1)}`, userinfo(path)),
      line(`key-${path.slice(1)}`, keyed(path)),
    ]).join('')
    const { dir, write } = aConfigFolder({ settings, sources: `sources:\n${sources}` })
    const env = { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir, NEWSDESK_ADMIN_PASSWORD: PASSWORD }
    const daemon = cli(['start'], env)
    const admin = await until(() => /"admin":"(http:[^"]+)"/.exec(daemon.out() + daemon.err())?.[1] ?? '', Boolean, {
      timeout: 90_000,
    })
    for (const path of PATHS)
      for (const kind of ['user', 'key'])
        await until(
          () => redis.llen(keys.history(`${kind}-${path.slice(1)}`)),
          count => count > 0,
          { timeout: 60_000 },
        )
    await until(
      () => redis.llen(keys.list('latest')),
      count => count > 0,
      { timeout: 60_000 },
    )

    // What services read, and what the dashboard shows of jobs.
    const leaks: string[] = []
    const look = (where: string, text: string) => leaks.push(...found(text).map(secret => `${where}: ${secret}`))
    const values = async (pattern: string) => {
      for (const name of await redis.keys(pattern)) {
        const type = await redis.type(name)
        look(`key ${name}`, name)
        if (type === 'string') look(name, (await redis.get(name)) ?? '')
        if (type === 'hash') {
          // What a source is fetched by once its move is believed: never shown, and needed whole.
          const { move: _, ...shown } = await redis.hgetall(name)
          look(name, JSON.stringify(shown))
        }
        if (type === 'list') look(name, (await redis.lrange(name, 0, -1)).join('\n'))
        if (type === 'set') look(name, (await redis.smembers(name)).join('\n'))
        if (type === 'zset') look(name, (await redis.zrange(name, 0, '-1')).join('\n'))
        if (type === 'stream') look(name, JSON.stringify(await redis.xrange(name, '-', '+')))
      }
    }
    await values(`*${keys.prefix}*`)

    const cookie = await logIn(admin)
    const visited = new Set<string>()
    const open = ['/', '/overview', '/quarantine', '/status', '/sources', '/metrics', '/health', '/queues']
    for (let path = open.shift(); path !== undefined; path = open.shift()) {
      if (visited.has(path) || visited.size > 60) continue
      visited.add(path)
      const answer = await fetch(`${admin}${path}`, { headers: { cookie }, redirect: 'follow' })
      const text = await answer.text()
      look(`page ${path}`, text)
      for (const [, href = ''] of text.matchAll(/href="(\/[^"#]*)"/g))
        if (!/logout|static/.test(href)) open.push(href.replaceAll('&amp;', '&'))
    }
    expect(visited.size).toBeGreaterThan(4)
    for (const queue of ['crawl', 'articles', 'publish'])
      for (const status of ['completed', 'failed', 'latest', 'delayed'])
        look(
          `dashboard ${queue} ${status}`,
          await (
            await fetch(`${admin}/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=100`, {
              headers: { cookie },
            })
          ).text(),
        )

    write('feeds.opml', `<opml version="2.0"><body>${outlines}</body></opml>`)
    const commands = [
      ['sources'],
      ['sources', '--json'],
      ['sources', 'check'],
      ['sources', 'explain', 'key-page'],
      ['sources', 'add', userinfo('/broken'), '--yes', '--json'],
      ['sources', 'import', `${dir}/feeds.opml`, '--yes'],
      ['sources', 'import', `${dir}/feeds.opml`, '--yes', '--json'],
      ['status', '--json'],
      ['quarantine'],
      ['list', 'latest'],
    ]
    for (const args of commands) {
      const told = cli(args, env)
      await told.ended
      look(`newsdesk ${args.join(' ').replace(/http\S+/, 'URL')}`, told.out() + told.err())
    }
    expect((await post(admin, '/login', { user: 'admin', password: PASSWORD })).status).toBe(303)
    daemon.child.kill('SIGTERM')
    await daemon.ended
    look('log', daemon.out() + daemon.err())
    expect(daemon.out() + daemon.err()).toContain('user-broken')
    expect(leaks).toEqual([])
  })
})

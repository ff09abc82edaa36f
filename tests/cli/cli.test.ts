import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { aFolder } from '../support/folder.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

endAll()

const feed = await serve((request, response) => {
  if (request.url === '/slow') return // never answers: a job stays in hand
  response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(items))
})
const items: FeedItemSketch[] = [{ title: 'Ferry treaty signed' }]

const sourcesYaml = (...ids: string[]): string =>
  `sources:\n${ids.map(id => `  - { id: ${id}, name: ${id}, url: ${feed.url}/${id}, section: world, interval: 12h }\n`).join('')}`

/** A configuration on the run's Redis, its environment, and the daemon's Redis keys. */
const anInstallation = (...ids: string[]) => {
  const { redis, keys } = testRedis()
  const settings = `redis: { prefix: ${keys.prefix} }\ncrawl: { tick: 1s, hostGap: 0ms, allow: ['127.0.0.0/8'] }\nlists: { refresh: 1s }\nadmin: { port: 0 }\nshutdown: 5s\n`
  const { dir, write } = aConfigFolder({ settings, sources: sourcesYaml(...ids) })
  const env = { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir }
  const newsdesk = (...args: string[]) => cli(args, env)
  return { redis, keys, write, newsdesk, settings }
}

describe('the command line', () => {
  it.each([
    [
      ['--help'],
      0,
      /Run:\n[\s\S]* start [\s\S]* status [\s\S]*Sources:\n[\s\S]* crawl [\s\S]*Editors:\n[\s\S]* lists [\s\S]*Access:\n[\s\S]*Tools:\n/,
    ],
    [['crawl', '--help'], 0, /--all[\s\S]*--wait/],
    [['--version'], 0, /^\d+\.\d+\.\d+/],
    [['strat'], 2, /unknown command 'strat'[\s\S]*start/],
    [['start', '--roles', 'crawl,nobody'], 2, /"nobody" is not a role. Roles: scheduler, crawl/],
    [['crawl'], 2, /name one source, or pass --all/],
    [['crawl', 'a', '--all'], 2, /name one source, or pass --all/],
    [['lists', '--limit', 'few'], 2, /whole number/],
    [['demo', '--json'], 2, /--json needs --once/],
    [['newsstand', '--folder', 'no/such/folder'], 2, /cannot serve no\/such\/folder/],
    [['--config', 'no/such/config', 'status'], 2, /no\/such\/config\/sources\.yaml: not found/],
  ])('the command line %j ends with %d and says why', async (args, code, said) => {
    const { ended, out, err } = cli(args)
    expect(await ended).toBe(code)
    expect(out() + err()).toMatch(said)
  })
})

describe('an operator at the command line', () => {
  const { redis, keys, write, newsdesk, settings } = anInstallation('courier', 'gone')
  write(
    'sources.yaml',
    `${sourcesYaml('courier')}  - { id: gone, name: Gone, url: 'http://127.0.0.1:9/rss', section: world }\n`,
  )

  it('an operator starts newsdesk, looks at its status, crawls again, reloads it and stops it', {
    timeout: 120_000,
  }, async () => {
    const idle = newsdesk('status')
    expect(await idle.ended).toBe(1)
    expect(idle.out()).toContain('no newsdesk daemon runs')

    const daemon = newsdesk('start')
    // The link that sets the password is whole in the log: it is the only place where it is told.
    const [, link = ''] = await daemon.says(/(http:\/\/127\.0\.0\.1:\d+\/setup\?once=[\w-]{20,})"/)
    expect((await fetch(link)).status).toBe(200)
    await until(() => redis.llen(keys.list('latest')))
    // What cannot be reached is told with the reason and the time of the next try, and stops nothing else.
    await daemon.says(
      /"event":"crawl.failed","source":"gone","reason":"refused","detail":"no connection \([^)]*ECONNREFUSED[^)]*\)","next":"20.*"msg":"crawl failed"/,
    )

    const lists = newsdesk('lists', 'latest', '--json')
    expect(await lists.ended).toBe(0)
    expect(JSON.parse(lists.out())).toMatchObject([{ title: 'Ferry treaty signed' }])
    const table = newsdesk('lists')
    expect(await table.ended).toBe(0)
    expect(table.out()).toMatch(/latest:world +1/)

    items.unshift({ title: 'Bridge reopens' })
    const crawl = newsdesk('crawl', `${feed.url}/courier`, '--wait')
    expect(await crawl.ended).toBe(0)
    expect(crawl.out()).toMatch(/^courier: 2 items, 1 new, 0 edited/)
    await until(async () => (await redis.llen(keys.list('latest'))) === 2)
    const misspelt = newsdesk('crawl', 'courie')
    expect(await misspelt.ended).toBe(2)
    expect(misspelt.err()).toContain('did you mean courier')
    const failing = newsdesk('crawl', 'gone', '--wait')
    expect(await failing.ended).toBe(1)

    const sources = newsdesk('sources', '--failing', '--json')
    expect(await sources.ended).toBe(0)
    expect(JSON.parse(sources.out())).toMatchObject([{ source: { id: 'gone' }, state: { status: 'failing' } }])
    const status = newsdesk('status')
    expect(await status.ended).toBe(1)
    expect(status.out()).toMatch(/1 of 2 sources fail, gone among them/)
    const watched = newsdesk('status', '--watch')
    await watched.says(/1 of 2 sources fail[\s\S]*1 of 2 sources fail/)
    watched.child.kill('SIGTERM')
    expect(await watched.ended).toBe(0)

    write('newsdesk.yaml', `${settings}log: { level: shouting }\n`)
    daemon.child.kill('SIGHUP')
    await daemon.says(/newsdesk\.yaml:\d+:\d+ log\.level: is \\"shouting\\".*stays in force/)
    write('newsdesk.yaml', `a: &a [${'x,'.repeat(200)}]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]\n`)
    daemon.child.kill('SIGHUP')
    await daemon.says(/newsdesk\.yaml:1:1 cannot be read: .*alias.*stays in force/)
    write('newsdesk.yaml', settings)
    write('sources.yaml', sourcesYaml('courier', 'herald'))
    daemon.child.kill('SIGHUP')
    await daemon.says(/"added":1,"removed":1.*reloaded/)
    await until(async () => (await redis.hget(keys.source('herald'), 'fetches')) === '1')

    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    for (const line of daemon.out().trim().split('\n')) expect(() => JSON.parse(line) as unknown, line).not.toThrow()
  })
})

describe('a daemon that is stopped', () => {
  it('a daemon that is stopped releases jobs that take too long, so that others can take them over, and exits with success', async () => {
    const { newsdesk, write, settings } = anInstallation('slow')
    write('newsdesk.yaml', settings.replace('5s', '300ms'))
    const daemon = newsdesk('start')
    await until(() => feed.requests.some(({ path }) => path === '/slow'))
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(daemon.out()).toContain('other processes will take them over')
  })

  it('a daemon that is stopped exits at once on the second signal', async () => {
    const { newsdesk } = anInstallation('slow')
    const before = feed.requests.length
    const daemon = newsdesk('start')
    await until(() => feed.requests.length > before)
    daemon.child.kill('SIGTERM')
    await daemon.says(/finishing active jobs/)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(1)
    expect(daemon.out()).toContain('second signal')
  })

  it('a daemon that is stopped while it still waits for Redis exits, and never shows its password', async () => {
    const { dir } = aConfigFolder()
    const daemon = cli(['start'], { NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: 'redis://desk:hunter2@127.0.0.1:9' })
    await daemon.says(/Redis is away; waiting for it/)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(daemon.out() + daemon.err()).not.toContain('hunter2')
  })
})

describe('a Redis that goes away', () => {
  it('a daemon waits for a Redis that goes away, logs little, and resumes work when it is back', async () => {
    const dataDir = aFolder('away')
    const { serverIn } = await import('../support/own-redis.ts')
    const own = await serverIn(dataDir)
    onTestFinished(own.close)
    const { dir } = aConfigFolder({
      settings: `crawl: { tick: 1s, minInterval: 1s, maxInterval: 1s, startInterval: 1s, hostGap: 0ms, allow: ['127.0.0.0/8'] }\nlists: { refresh: 1s }\nadmin: { port: 0 }\n`,
      sources: sourcesYaml('courier').replace('12h', '1s'),
    })
    const daemon = cli(['start'], { NEWSDESK_CONFIG: dir, NEWSDESK_REDIS_URL: own.url })
    await until(
      () => own.lines('newsdesk:list:latest'),
      lines => lines > 0,
    )

    await own.kill()
    await daemon.says(/Redis is away/)
    const asked = feed.requests.length
    items.unshift({ title: 'Written while Redis was away' })
    // Whoever listens in its place hangs up: once every connection has tried many times over, a flood would show.
    let tries = 0
    const socket = own.url.replace('unix:', '')
    rmSync(socket)
    const hangsUp = createServer(connection => {
      tries += 1
      connection.destroy()
    }).listen(socket)
    await until(() => tries > 60)
    await new Promise(resolve => hangsUp.close(resolve))
    const during = daemon
      .out()
      .split('\n')
      .slice(
        daemon
          .out()
          .split('\n')
          .findIndex(line => line.includes('Redis is away')),
      )
    expect(during.length).toBeLessThan(25)

    await own.start()
    await daemon.says(/Redis is back/)
    await until(() => feed.requests.length > asked)
    await until(
      () => own.titles('newsdesk:list:latest'),
      titles => titles.includes('Written while Redis was away'),
    )
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })
})

describe('newsdesk doctor, where the admin port is taken', () => {
  it.each([
    ['{"status":"alive"}', 0, /✓ Admin port: newsdesk answers at 127\.0\.0\.1:\d+/],
    ['<h1>welcome</h1>', 1, /✗ Admin port: .*EADDRINUSE.*\n.*another process listens there/],
  ])('newsdesk doctor reports who holds the admin port, judging by the answer %s', async (answer, code, said) => {
    const holder = await serve((_request, response) => response.end(answer))
    const { newsdesk, write, settings } = anInstallation('courier')
    write('newsdesk.yaml', settings.replace('port: 0', `port: ${new URL(holder.url).port}`))
    const doctor = newsdesk('doctor')
    expect(await doctor.ended).toBe(code)
    expect(doctor.out()).toMatch(said)
  })
})

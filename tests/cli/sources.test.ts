import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { aConfigFolder, cli, endAll, redisUrl } from '../support/cli.ts'
import { type FeedItemSketch, rss, serve } from '../support/http.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

endAll()
// Each step is a process of its own: on a busy machine they take seconds to start.
vi.setConfig({ testTimeout: 90_000 })

const page = (head: string, body = '') =>
  `<!doctype html><html><head><title>The Courier</title>${head}</head><body>${body}</body></html>`
/** So far apart that no two are taken for one story. */
const headlines: Readonly<Record<string, readonly string[]>> = {
  main: [
    'Harbour bridge shut for repairs',
    'Owls nest above the old mill',
    'Tax office loses three thousand letters',
    'Ferry to the islands runs all night',
    'Baker wins a prize for rye',
  ],
  sport: [
    'Goalkeeper scores from his own half',
    'Chess club beats the grandmaster',
    'Rowers stopped by fog',
    'Marathon route moves inland',
    'Teenager breaks the pole vault record',
  ],
}
const items = (topic: string, count = 5): FeedItemSketch[] =>
  Array.from({ length: count }, (_, n) => ({
    title: headlines[topic]?.[n] ?? `${topic} report ${n}`,
    path: `${topic}/${n}`,
    published: new Date(Date.now() - n * 3_600_000),
  }))
const news = (topic: string) => rss(items(topic), `https://${topic}.example`)

/** A site with feeds in every place one may be looked for. */
const site = await serve((request, response) => {
  const at = request.url ?? '/'
  const answer = (type: string, body: string) => response.writeHead(200, { 'content-type': type }).end(body)
  const sitemap = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://map.example/1</loc><news:news><news:publication><news:name>Map</news:name><news:language>en</news:language></news:publication><news:publication_date>${new Date().toISOString()}</news:publication_date><news:title>Mapped story</news:title></news:news></url></urlset>`
  if (at === '/') {
    const head =
      '<link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/rss+xml" href="/main.xml">'
    const body = '<a href="/sport/rss">Sport</a><a href="/copy/feed">again</a><a href="/about">About</a>'
    return answer('text/html', page(head, body))
  }
  if (at === '/main.xml' || at === '/copy/feed' || at === '/other/main.xml')
    return answer('application/rss+xml', news('main'))
  if (at === '/goals/rss') return answer('application/rss+xml', news('goals'))
  if (at === '/sport/rss') return answer('application/rss+xml', news('sport'))
  if (at === '/bare/') return answer('text/html', page(''))
  if (at === '/feed.json') {
    const entry = { id: '1', url: 'https://json.example/1', title: 'One', date_published: new Date().toISOString() }
    return answer(
      'application/feed+json',
      JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', title: 'J', items: [entry] }),
    )
  }
  if (at === '/robots.txt') return answer('text/plain', `User-agent: *\nSitemap: /news-map.xml\n`)
  if (at === '/news-map.xml') return answer('application/xml', sitemap)
  if (at === '/moved') return response.writeHead(301, { location: '/sport/rss' }).end()
  if (at === '/empty') return answer('application/rss+xml', rss([]))
  if (at === '/stale')
    return answer(
      'application/rss+xml',
      rss([{ title: 'Long ago', published: new Date('2020-01-01') }], 'https://stale.example'),
    )
  response.writeHead(404).end('no')
})

/** Another domain, since it has another port, all of which has moved. */
const parted = await serve((_request, response) => response.writeHead(301, { location: `${site.url}/goals/rss` }).end())

const anInstallation = (sources = 'sources: []\n') => {
  const { redis, keys } = testRedis()
  const settings = `redis: { prefix: ${keys.prefix} }\ncrawl: { tick: 1s, hostGap: 0ms, allow: ['127.0.0.0/8'] }\nlists: { refresh: 1s }\nadmin: { port: 0 }\nshutdown: 5s\n`
  const { dir, write } = aConfigFolder({ settings, sources })
  write(
    'sections.yaml',
    'sections:\n  - { id: world, labels: { en: World } }\n  - { id: sports, labels: { en: Sports }, synonyms: [sport], urlWords: [sport] }\n',
  )
  const env = { NEWSDESK_REDIS_URL: redisUrl(), NEWSDESK_CONFIG: dir }
  const run = async (...args: string[]) => {
    const running = cli(args, env)
    const code = await running.ended
    return { code, out: running.out(), err: running.err() }
  }
  return { redis, keys, dir, write, run, start: () => cli(['start'], env) }
}

const listed = `sources:\n  - { id: filed, name: Filed, url: ${site.url}/sport/rss, section: world }\n`

describe('newsdesk sources add', () => {
  const { run } = anInstallation()

  it('newsdesk sources add shows the feeds behind a page, each once, and adds nothing without confirmation', async () => {
    const { code, out, err } = await run('sources', 'add', site.url)
    expect(code).toBe(2)
    expect(err).toContain('--yes')
    expect(out).toMatch(/Courier +rss +5 /)
    expect(out).toContain('/main.xml')
    expect(out).toContain('/sport/rss')
    expect(out).toContain('/news-map.xml')
    expect(out).not.toContain('/copy/feed')
    expect((await run('sources', '--json')).out.trim()).toBe('[]')
  })

  it('newsdesk sources add --yes adds the first feed, and says if it exists already, also under another URL', async () => {
    const added = await run('sources', 'add', site.url, '--yes', '--json')
    expect(added.code).toBe(0)
    expect(JSON.parse(added.out)).toMatchObject({
      added: [{ name: 'Courier', url: `${site.url}/main.xml`, section: 'world', weight: 1 }],
    })
    // The feed declares no language: none is made up.
    expect(JSON.parse(added.out).added[0]).not.toHaveProperty('language')
    const again = await run('sources', 'add', `${site.url}/main.xml`, '--yes')
    expect(again.code).toBe(1)
    expect(again.err).toMatch(/Nothing to add: this is already the source/)
  })

  it('newsdesk sources add announces that an address redirects permanently to another domain, whose address it stores', async () => {
    const { out, code } = await run('sources', 'add', parted.url, '--id', 'parted')
    expect(code).toBe(2)
    const at = `${site.url}/goals/rss`
    expect(out).toContain(
      `${parted.url}/ redirects permanently: stored as ${at}, at another domain, ${new URL(at).host}`,
    )
    const { found } = JSON.parse((await run('sources', 'add', parted.url, '--dry-run', '--json')).out)
    expect(found).toMatchObject([{ url: `${parted.url}/`, source: { url: at }, moved: expect.stringContaining(at) }])
    // Within its own domain, too, it is said where it is stored; where nothing moved, nothing.
    const own = await run('sources', 'add', `${site.url}/moved`)
    expect(own.out).toContain(`${site.url}/moved redirects permanently: stored as ${site.url}/sport/rss`)
    expect(own.out).not.toContain('another domain')
    expect((await run('sources', 'add', site.url)).out).not.toMatch(/redirects|another domain/)
  })

  it('newsdesk sources add applies its options, and refuses impossible values', async () => {
    const { code, out } = await run(
      ...[
        'sources',
        'add',
        `${site.url}/sport/rss`,
        '--yes',
        '--id',
        'sporting',
        '--name',
        'Sporting',
        '--weight',
        '2',
      ],
    )
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('Added sporting: Sporting, in sports'),
    })
    expect((await run('sources', 'add', site.url, '--section', 'nowhere', '--yes')).err).toMatch(
      /Sections: world, sports/,
    )
    expect((await run('sources', 'add', site.url, '--id', 'No Id', '--yes')).code).toBe(2)
    expect((await run('sources', 'add', 'ftp://courier.example', '--yes')).code).toBe(2)
  })

  it('newsdesk sources add marks a feed as general if it suggests no section, or if --general is given', async () => {
    const isGeneral = async (...args: string[]) => {
      const { out } = await run('sources', 'add', ...args, '--dry-run', '--json')
      return (JSON.parse(out) as { found: { source: { general?: boolean } }[] }).found[0]?.source.general ?? false
    }
    expect(await isGeneral(`${site.url}/main.xml`)).toBe(true)
    expect(await isGeneral(`${site.url}/sport/rss`)).toBe(false)
    expect(await isGeneral(`${site.url}/main.xml`, '--section', 'world')).toBe(false)
    expect(await isGeneral(`${site.url}/main.xml`, '--section', 'world', '--general')).toBe(true)
  })

  it('newsdesk sources add tries common feed addresses if a page declares no feed', async () => {
    const { code, out } = await run('sources', 'add', `${site.url}/bare/`, '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).found.map(({ how, format }: { how: string; format: string }) => [how, format])).toEqual([
      ['common', 'json'],
      ['robots', 'sitemap'],
    ])
  })

  it('newsdesk sources add gives the reason if nothing can be read', async () => {
    expect((await run('sources', 'add', `${site.url}/nothing`, '--yes')).err).toMatch(/the server answered 404/)
    expect((await run('sources', 'add', 'http://10.0.0.1/', '--yes')).err).toMatch(/blocked/)
  })
})

describe('sources changed with the command line', () => {
  const { run, start, keys, redis, write } = anInstallation(listed)

  // A dozen commands, each a process: on a machine with much else to do they take their time.
  it('sources changed on the command line take effect in a running daemon, survive its restart, and leave the file unchanged', {
    timeout: 240_000,
  }, async () => {
    const daemon = start()
    await daemon.says(/newsdesk runs/)
    await until(() => redis.hget(keys.source('filed'), 'fetches'))
    expect((await run('sources', 'add', `${site.url}/main.xml`, '--yes', '--id', 'typed')).code).toBe(0)
    await until(() => redis.hget(keys.source('typed'), 'fetches'))
    expect((await redis.xrevrange(keys.audit(), '+', '-')).join()).toMatch(/who,cli:.*what,source\.add,on,typed/)
    await until(async () => (await redis.lrange(keys.list('latest'), 0, -1)).join().includes('https://main.example/'))

    expect(await run('sources', 'pause', 'filed')).toMatchObject({ code: 0, out: 'filed paused.\n' })
    await until(async () => (await redis.zscore(keys.due(), 'filed')) === null)
    expect((await run('sources', 'resume', 'filed')).code).toBe(0)
    await until(() => redis.zscore(keys.due(), 'filed'))

    const why = await run('sources', 'explain', 'typed')
    expect(why.code).toBe(0)
    expect(why.out).toMatch(/Next +20.*: /)
    expect(why.out).toMatch(/changed +200 +5 +\d+ ms/)
    expect(why.out).toMatch(/New items .*█/)

    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    const next = start()
    await next.says(/newsdesk runs/)
    expect(JSON.parse((await run('sources', '--json')).out)).toHaveLength(2)
    const refused = await run('sources', 'remove', 'filed', 'typed')
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
    const removed = await run('sources', 'remove', 'filed', 'typed', '--yes')
    expect(removed.code).toBe(0)
    expect(removed.out).toMatch(/filed removed\. It is still in sources\.yaml/)
    await until(async () => (await redis.zcard(keys.due())) === 0)
    expect(JSON.parse((await run('sources', '--json')).out)).toEqual([])
    expect(await redis.exists(keys.seen('typed'))).toBe(0)
    expect((await run('sources', 'resume', 'filed')).code).toBe(0)
    await until(() => redis.zscore(keys.due(), 'filed'))
    next.child.kill('SIGTERM')
    await next.ended
  })

  it('the command line reports unknown sources, and suggests the ids that were probably meant', async () => {
    expect(await run('sources', 'explain', 'fild')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean filed'),
    })
    expect(await run('sources', 'pause', 'fild')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean filed'),
    })
    expect((await run('sources', 'paus', 'filed')).code).toBe(2)
  })

  it('sources changed on the command line move into the file by export --yaml, and the file applies from then on', async () => {
    await run('sources', 'add', `${site.url}/main.xml`, '--yes', '--id', 'typed')
    const { out } = await run('sources', 'export', '--yaml')
    const moved = parse(out) as { sources: { id: string; name: string }[] }
    expect(moved.sources).toMatchObject([{ id: 'typed', url: `${site.url}/main.xml` }])
    write('sources.yaml', out.replace(/name: .*/, 'name: By the file'))
    const list = JSON.parse((await run('sources', '--json')).out) as { source: { id: string; name: string } }[]
    expect(list.map(({ source }) => source)).toMatchObject([{ id: 'typed', name: 'By the file' }])
  })
})

describe('OPML', () => {
  const opml = (body: string) => `<?xml version="1.0"?><opml version="2.0"><head/><body>${body}</body></opml>`
  const outline = (path: string, title: string) => `<outline type="rss" text="${title}" xmlUrl="${site.url}${path}"/>`
  let own: ReturnType<typeof anInstallation>
  beforeEach(() => {
    own = anInstallation(listed)
  })

  const importing = (body: string, ...args: string[]) => {
    const file = join(own.dir, 'feeds.opml')
    writeFileSync(file, opml(body))
    return own.run('sources', 'import', file, ...args)
  }

  it('OPML import turns folders into sections, and reports duplicates, web pages and failures', async () => {
    const { code, out } = await importing(
      `<outline text="Sport"><outline text="Deep">${outline('/main.xml', 'Main')}</outline></outline>
       ${outline('/sport/rss', 'Filed already')}${outline('/other/main.xml', 'Same items')}${outline('/', 'A page')}${outline('/gone', 'Gone')}
       <outline text="Bad" xmlUrl="feed:nothing"/>`,
      '--yes',
      '--json',
    )
    expect(code).toBe(0)
    const { added, reported, warnings } = JSON.parse(out)
    expect(added).toMatchObject([
      { name: 'Main', section: 'sports' },
      { name: 'Gone', section: 'world' },
    ])
    const outcomes = (reported as { title: string; outcome: string }[]).map(({ title, outcome }) => [title, outcome])
    expect(outcomes).toEqual([
      ['Filed already', 'duplicate'],
      ['Same items', 'duplicate'],
      ['A page', 'not-a-feed'],
      ['Gone', 'failing'],
    ])
    expect(warnings).toHaveLength(1)
  })

  it('OPML import of an export gives the same sources', async () => {
    await importing(outline('/main.xml', 'Main &amp; Co'), '--yes', '--no-check')
    const exported = await own.run('sources', 'export')
    expect(exported.out).toContain('text="Main &#38; Co"')
    const file = join(own.dir, 'again.opml')
    writeFileSync(file, exported.out)
    const again = await own.run('sources', 'import', file, '--yes')
    expect(again).toMatchObject({ code: 1, out: expect.stringContaining('0 of 2 added') })
  })

  it('OPML import of a missing file or of other content exits with 2', async () => {
    const file = join(own.dir, 'none.opml')
    writeFileSync(file, '<html>no</html>')
    expect(await own.run('sources', 'import', file, '--yes')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not OPML'),
    })
    expect((await own.run('sources', 'import', 'no/such/file', '--yes')).code).toBe(2)
    expect((await importing(outline('/main.xml', 'Main'))).code).toBe(2)
  })
})

describe('newsdesk sources check', () => {
  it('newsdesk sources check reports problems and duplicates', async () => {
    const of = (id: string, path: string) => `  - { id: ${id}, name: ${id}, url: ${site.url}${path}, section: world }\n`
    const { run } = anInstallation(
      `sources:\n${of('good', '/main.xml')}${of('twin', '/copy/feed')}${of('moved', '/moved')}${of('page', '/')}${of('gone', '/gone')}${of('empty', '/empty')}${of('stale', '/stale')}`,
    )
    const { code, out } = await run('sources', 'check', '--json')
    expect(code).toBe(1)
    const { checked, findings } = JSON.parse(out)
    expect(checked).toBe(7)
    expect(findings.map(({ id, fault }: { id: string; fault: string }) => `${id} ${fault}`).sort()).toEqual([
      'empty empty',
      'gone unreachable',
      'moved moved',
      'page not-a-feed',
      'stale stale',
      'twin duplicate',
    ])
    expect((await run('sources', 'check')).out).toMatch(/6 of 7 sources have problems/)
  })
})

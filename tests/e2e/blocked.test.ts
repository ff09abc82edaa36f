import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { addOverrideCommand, mergeCommand, removeOverrideCommand } from '../../src/cli/actions/editing.ts'
import { createClient } from '../../src/client/index.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { aConfigFolder, redisUrl } from '../support/cli.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const ROLES = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'http'] as const
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

const storm = {
  courier: {
    title: 'Storm Odile floods harbour of Port Ellin',
    text: 'Storm Odile pushed the sea over the harbour wall of Port Ellin on Monday, flooding two hundred homes.',
    path: 'storm-odile',
    published: minutesAgo(30),
  },
  gazette: {
    title: 'Two hundred homes flooded as Storm Odile hits Port Ellin',
    text: 'Families were taken from their homes in Port Ellin after Storm Odile broke the harbour wall.',
    path: 'two-hundred-homes',
    published: minutesAgo(25),
  },
}
const bank = {
  title: 'Central bank of Varland keeps its rate',
  text: 'Prices are seen falling by the autumn.',
  path: 'bank',
  published: minutesAgo(40),
}
const mahler = { title: 'Orchestra plays Mahler in the stadium', path: 'mahler', published: minutesAgo(50) }

interface Shown {
  readonly id: string
  readonly title: string
  readonly url: string
  readonly story: { readonly id: string; readonly articles: number; readonly sources: number }
  readonly alsoIn: readonly { readonly url: string }[]
}

/** Two papers that tell of one storm, a bank and a concert beside it, and an editor at the command line. */
const newsdesk = async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const courier = await aFeed([storm.courier, bank, mahler])
  const gazette = await aFeed([storm.gazette], 'https://gazette.example')
  const source = (id: string, url: string) => ({ id, name: id, url: `${url}/rss`, section: 'world' })
  const desk = testDaemon({
    sources: [source('courier', courier.url), source('gazette', gazette.url)],
    settings: {
      http: { port: 0 },
      lists: { minVisitors: 1, minEntries: 3, relatedMinEntries: 3, refresh: '1s', settle: '20ms' },
    },
  })
  let daemon = await desk.start([...ROLES])
  const { dir, write } = aConfigFolder({ settings: `redis: { prefix: ${desk.keys.prefix}, url: '${redisUrl()}' }\n` })
  write('sections.yaml', readFileSync('config/sections.yaml', 'utf8'))
  const { redis, keys } = desk
  const client = createClient(redis, { prefix: keys.prefix })
  const latest = async () => (await desk.list('latest')) as unknown as Shown[]
  const entryOf = async (id: string) => (await latest()).find(each => each.id === id)
  const get = async (path: string) => (await fetch(`${daemon.httpUrl}/v1/lists${path}`)).text()

  /** Every interface by which services and pages read, each as text: with entries' ids as entries have them. */
  const interfaces: Readonly<Record<string, (id: string, others: readonly string[]) => Promise<string>>> = {
    'every list in Redis': async () => {
      const texts: string[] = []
      for await (const page of scanKeys(redis, `${keys.list('')}*`))
        for (const key of page) texts.push(`${key}: ${(await redis.lrange(key, 0, -1)).join('\n')}`)
      return texts.filter(text => !text.endsWith(': ')).join('\n')
    },
    'its own related list': async id => (await redis.lrange(keys.list(`related:${id}`), 0, -1)).join('\n'),
    'the hash of the article': async id => {
      const { withheld, ...readable } = await redis.hgetall(keys.article(id))
      return JSON.stringify(readable)
    },
    'hashes of stories': async () => {
      const texts: string[] = []
      for await (const page of scanKeys(redis, `${keys.story('')}*`))
        for (const key of page) {
          const { id, blocked, ...readable } = await redis.hgetall(key)
          texts.push(JSON.stringify(readable))
        }
      return texts.join('\n')
    },
    "the client's article()": async id => JSON.stringify(await client.article(id)),
    "the client's page()": async (id, others) =>
      JSON.stringify(
        await client.page(
          ['latest', 'most-read:now', 'trending', `related:${id}`, ...others.map(other => `related:${other}`)],
          {
            article: id,
          },
        ),
      ),
    'GET /v1/lists/<name>': async (id, others) => {
      const { lists } = JSON.parse(await get('')) as { lists: { list: string }[] }
      const names = [...lists.map(({ list }) => list), `related:${id}`, ...others.map(other => `related:${other}`)]
      const texts = await Promise.all(names.map(async name => [name, await get(`/${name}`)] as const))
      return texts.flatMap(([, text]) => JSON.stringify(JSON.parse(text).entries ?? [])).join('\n')
    },
    'GET /v1/articles/<id>': async id => {
      const response = await fetch(`${daemon.httpUrl}/v1/articles/${id}?content=1`)
      return response.ok ? response.text() : ''
    },
    RSS: async (_, others) =>
      (
        await Promise.all(
          ['latest', 'must-reads', 'most-read:day', `related:${others[0]}`].map(name => get(`/${name}/rss`)),
        )
      ).join('\n'),
    'JSON Feed': async () =>
      (await Promise.all(['latest', 'trending'].map(name => get(`/${name}/feed.json`)))).join('\n'),
  }
  const facts = async (id: string) => {
    const hash = await redis.hgetall(keys.article(id))
    const text = hash.withheld ? (JSON.parse(hash.withheld) as Record<string, string>) : hash
    return { url: text.url ?? '', title: text.title ?? '' }
  }
  /** Interfaces that say anything of an article: its title, its address, or its id where that stands for it. */
  const saying = async (id: string): Promise<string[]> => {
    const { url, title } = await facts(id)
    const others = (await latest()).map(each => each.id).filter(other => other !== id)
    const says = await Promise.all(
      Object.entries(interfaces).map(async ([name, read]) => {
        const text = await read(id, others)
        return text.includes(title) || text.includes(url) || text.includes(`"${id}"`) || text.includes(`\\"${id}\\"`)
          ? [name]
          : []
      }),
    )
    // An own related list names others, never the article: it is to be empty.
    const own = await redis.llen(keys.list(`related:${id}`))
    return [...says.flat(), ...(own > 0 ? ['entries of its own related list'] : [])]
  }
  return {
    ...{ desk, redis, keys, client, courier, gazette, latest, entryOf, saying, dir },
    block: (what: string, options = {}) => addOverrideCommand(dir, 'block', what, { reason: 'legal', ...options }),
    unblock: (what: string) => removeOverrideCommand(dir, 'block', what, {}),
    async restart() {
      await daemon.stop()
      daemon = await desk.start([...ROLES])
    },
  }
}

describe('an article that an editor blocks for legal reasons', () => {
  it('an article that an editor blocks for legal reasons disappears from every interface, and returns to all when the block ends', {
    timeout: 300_000,
  }, async () => {
    const { desk, redis, keys, client, courier, latest, entryOf, saying, dir, block, unblock, restart } =
      await newsdesk()
    const slow = { timeout: 90_000, every: 100 }
    const told = await until(
      async () => (await latest()).find(({ story }) => story.articles === 2),
      entry => entry !== undefined && entry.alsoIn.length === 1,
      slow,
    )
    const [lead, story] = [told?.id ?? '', told?.story.id ?? '']
    const ids = JSON.parse((await redis.hget(keys.story(story), 'articles')) ?? '[]') as string[]
    const other = ids.find(id => id !== lead) ?? ''
    const others = await until(latest, entries => entries.length === 3, slow)
    const views = [lead, other, ...others.map(({ id }) => id)].flatMap((article, at) =>
      [1, 2, 3].map(visitor => ({ kind: 'view' as const, article, visitor: `${at} ${visitor}` })),
    )
    await client.events.report(views)
    await until(
      () => desk.list('most-read:now'),
      entries => entries.length === 3,
      slow,
    )
    // Both are named in all that could name them: the lead as itself, the other in `alsoIn`.
    await until(
      () => saying(lead),
      names => names.length >= 9,
      slow,
    )
    await until(
      () => saying(other),
      names => names.includes('every list in Redis') && names.includes('hashes of stories'),
      slow,
    )

    // The one that is named beside the lead.
    expect(await block(other)).toBe(0)
    await until(
      () => saying(other),
      names => names.length === 0,
      slow,
    )
    expect(await entryOf(lead)).toMatchObject({ alsoIn: [], story: { articles: 1, sources: 1 } })
    expect(await client.article(other)).toBeNull()
    expect((await client.page(['latest'], { article: other })).article).toBeNull()
    const readAt = Number(await redis.hget(keys.article(other), 'views'))
    await client.events.report({ kind: 'view', article: other, visitor: 'late' })
    await until(async () => Number(await redis.hget(keys.article(other), 'views')) === readAt + 1, Boolean, slow)

    expect(await unblock(other)).toBe(0)
    await until(async () => (await entryOf(lead))?.alsoIn.length === 1, Boolean, slow)
    expect(await client.article(other)).toMatchObject({ id: other, views: readAt + 1 })
    await until(
      () => redis.llen(keys.list(`related:${other}`)),
      length => length > 0,
      slow,
    )

    // The lead: another one leads, across a restart and an edit of what is blocked.
    expect(await block(lead)).toBe(0)
    await until(
      () => entryOf(other),
      entry => entry !== undefined,
      slow,
    )
    await until(
      () => saying(lead),
      names => names.length === 0,
      slow,
    )
    expect(await redis.hget(keys.story(story), 'lead')).toBe(other)
    await restart()
    const before = await redis.hget(keys.article(lead), 'updatedAt')
    const edited = (item: typeof storm.courier) => ({ ...item, text: `${item.text} A second wave is feared.` })
    const feed = lead === ids[0] && told?.url.startsWith('https://courier') ? courier : null
    if (feed) {
      feed.state.items = [edited(storm.courier), bank, mahler]
      await until(
        () => redis.hget(keys.article(lead), 'updatedAt'),
        at => at !== before,
        slow,
      )
    }
    await until(
      () => saying(lead),
      names => names.length === 0,
      slow,
    )

    // Its story becomes part of another, which names it no more than the first did.
    const [into] = (await latest()).filter(each => each.id !== other)
    expect(await mergeCommand(dir, story, into?.story.id ?? '')).toBe(0)
    await until(async () => (await latest()).length === 2, Boolean, slow)
    await until(
      () => saying(lead),
      names => names.length === 0,
      slow,
    )
    expect(JSON.parse((await redis.hget(keys.story(into?.story.id ?? ''), 'blocked')) ?? '[]')).toEqual([lead])

    expect(await unblock(lead)).toBe(0)
    await until(
      () => client.article(lead),
      article => article !== null,
      slow,
    )
    // It stands in its story again; its publisher leads that with another, so no list names it.
    await until(
      () => saying(lead),
      names => names.includes('hashes of stories'),
      slow,
    )
    if (feed) expect((await client.article(lead))?.summary).toContain('second wave')
    expect(await redis.smembers(keys.withheld())).toEqual([])

    // One that is still to come, by its address; and the block ends by itself.
    const leak = { title: 'Leaked ledger names ministers of Varland', path: 'leak', published: minutesAgo(1) }
    expect(await block('https://courier.example/leak?utm_source=x', { for: '30d' })).toBe(0)
    courier.state.items = [leak, ...courier.state.items]
    const [leaked = ''] = await until(
      () => redis.smembers(keys.withheld()),
      members => members.length === 1,
      slow,
    )
    await until(() => redis.hget(keys.article(leaked), 'story'), Boolean, slow)
    await until(
      () => saying(leaked),
      names => names.length === 0,
      slow,
    )
    expect(await block(leaked, { for: '1s' })).toBe(0)
    await until(
      () => entryOf(leaked),
      entry => entry !== undefined,
      slow,
    )
    const back = await until(() => client.article(leaked), Boolean, slow)
    expect(back).toMatchObject({ title: leak.title })
    await until(
      () => redis.llen(keys.list(`related:${leaked}`)),
      length => length > 0,
      slow,
    )
  })
})

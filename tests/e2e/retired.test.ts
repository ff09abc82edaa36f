import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/load.ts'
import type { Entry } from '../../src/domain/entry.ts'
import { scanKeys } from '../../src/redis/scan.ts'
import { testDaemon } from '../support/daemon.ts'
import { aFeed } from '../support/feed.ts'
import { until } from '../support/until.ts'

const courier = await aFeed([
  { title: 'Central bank raises its interest rate', category: 'Business' },
  { title: 'Ferry treaty signed after a night of talks', category: 'World' },
])
const gazette = await aFeed(
  [
    { title: 'Central bank raises its interest rate again', category: 'Business' },
    { title: 'Mayor opens the new bridge', category: 'World' },
  ],
  'https://gazette.example',
)
const source = (id: string, name: string, url: string) => ({ id, name, url, section: 'world' })
const desk = testDaemon({
  sources: [source('courier', 'The Courier', courier.url), source('gazette', 'The Gazette', gazette.url)],
  settings: {
    http: { port: 0 },
    lists: { languages: ['en'], groups: { wire: ['courier'] }, retireAfter: '1h', settle: '20ms', refresh: '1s' },
  },
})
const { redis, keys, config } = desk
const roles = ['scheduler', 'crawl', 'articles', 'publish', 'http'] as const
const GONE = ['latest:business', 'latest:group:wire', 'latest:language:en', 'latest:business:group:wire']

/** The section renamed, the language and the group removed, and one of the two sources too. */
const changed: Config = {
  ...config,
  settings: { ...config.settings, lists: { ...config.settings.lists, languages: [], groups: {} } },
  sources: config.sources.filter(({ id }) => id !== 'courier'),
  taxonomy: config.taxonomy.map(each =>
    each.id === 'business' ? { ...each, id: 'economy', labels: { en: 'Economy' } } : each,
  ),
}
const retiring = (after: number, of: Config = changed): Config => ({
  ...of,
  settings: { ...of.settings, lists: { ...of.settings.lists, retireAfter: after } },
})

const findKeys = async (pattern: RegExp): Promise<string[]> => {
  const found: string[] = []
  for await (const page of scanKeys(redis, `*${keys.prefix}*`)) found.push(...page.filter(key => pattern.test(key)))
  return found.toSorted()
}
const isThere = async (names: readonly string[]): Promise<boolean[]> =>
  Promise.all(names.map(async name => (await redis.exists(keys.list(name), keys.listMeta(name))) > 0))
const retiresAt = (names: readonly string[]) =>
  Promise.all(names.map(name => redis.hget(keys.listMeta(name), 'retiresAt')))
const named = async (list: string) =>
  (await redis.lrange(keys.list(list), 0, -1))
    .map(json => JSON.parse(json) as Entry)
    .map(({ title, source: { name }, section: { label } }) => ({ title, name, label }))

describe('lists whose section, language or group is configured no longer', () => {
  it('stay for lists.retireAfter, are deleted after a restart too, and come back with their section; names of what is gone stay', {
    timeout: 180_000,
  }, async () => {
    const first = await desk.start(roles)
    await until(async () => (await isThere(GONE)).every(Boolean) && (await desk.list('latest')).length >= 3)
    const before = await desk.list('latest:business')
    await redis.hset(keys.baseline(), 'business:3', '1.5', 'world:3', '2.5')

    await first.reload(changed)
    const times = await until(
      () => retiresAt(GONE),
      seen => seen.every(Boolean),
    )
    for (const time of times) expect(Date.parse(String(time)) - Date.now()).toBeGreaterThan(3_000_000)
    expect(await retiresAt(['latest', 'latest:world'])).toEqual([null, null])
    expect(await desk.list('latest:business')).toEqual(before)
    const over = (path: string) => fetch(`${first.httpUrl}${path}`)
    expect(await (await over('/v1/lists/latest:business')).json()).toMatchObject({ retiresAt: times[0] })
    expect((await over('/v1/page?lists=latest:business:3,latest:2')).status).toBe(200)
    expect((await over('/v1/lists/latest:nowhere')).status).toBe(404)

    // The source is gone, and so is the section of its article.
    const entries = await until(
      () => named('latest'),
      seen => seen.some(({ title }) => title.startsWith('Ferry')),
    )
    expect(entries.find(({ title }) => title.startsWith('Ferry'))?.name).toBe('The Courier')
    await first.stop()

    const second = await desk.start(roles, retiring(0))
    await until(async () => !(await isThere(GONE)).some(Boolean))
    await until(
      () => findKeys(/list:[^}]*(business|wire|language)/),
      found => found.length === 0,
    )
    expect(await findKeys(/index:stories.*business/)).toEqual([])
    expect(Object.keys(await redis.hgetall(keys.baseline()))).toEqual(['world:3'])
    expect(await redis.zrange(keys.publishedLists(), 0, '-1')).not.toContain('latest:business')
    const told = (await redis.xrevrange(keys.updates(), '+', '-')).map(([, [, list]]) => list)
    expect(told).toEqual(expect.arrayContaining(GONE))
    expect((await fetch(`${second.httpUrl}/v1/lists/latest:business`)).status).toBe(404)
    expect((await fetch(`${second.httpUrl}/v1/page?lists=latest:business`)).status).toBe(400)
    // Written again by a process that knows of neither.
    gazette.state.items.push({ title: 'Harbour closed by a storm', category: 'World' })
    const after = await until(
      () => named('latest'),
      seen => seen.some(({ title }) => title.startsWith('Harbour')),
    )
    expect(after.find(({ title }) => title.startsWith('Ferry'))?.name).toBe('The Courier')
    expect(after.find(({ title }) => title.startsWith('Central'))?.label).toBe('Business')

    // Back before its time: the list is ranked on.
    await second.reload(retiring(3_600_000, { ...changed, taxonomy: config.taxonomy }))
    gazette.state.items.push({ title: 'Shares of the ferry company fall', category: 'Business' })
    await until(
      () => desk.list('latest:business'),
      seen => seen.length > 0,
    )
    await until(
      () => retiresAt(['latest:economy', 'latest:business']),
      ([one, other]) => one !== null && other === null,
    )
    await second.reload(retiring(3_600_000))
    await until(
      () => retiresAt(['latest:economy', 'latest:business']),
      ([one, other]) => one === null && other !== null,
    )
  })

  it('are found where no process noted them, as after an upgrade', { timeout: 60_000 }, async () => {
    await redis.rpush(keys.list('latest:olden'), '{"rank":1,"id":"a"}')
    await redis.hset(keys.listMeta('latest:olden'), 'version', 7, 'count', 1)
    await redis.del(keys.publishedListsSearched())
    await desk.start(['scheduler'], retiring(0))
    await until(async () => !(await isThere(['latest:olden']))[0])
  })
})

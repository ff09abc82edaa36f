import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import { pageRoute } from '../../../src/server/public/page.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { anArticle, NOON, newIn } from '../../support/articles.ts'
import { aListRoom } from '../../support/lists.ts'

const room = aListRoom()
const desk = room.open()
const server = await startHttp({
  settings: () => HttpSettings.parse({ port: 0 }),
  routes: [{ path: '/v1/page', router: pageRoute({ ...room, names: desk.publisher.names }) }],
  log: pino({ level: 'silent' }),
})
afterAll(() => server.close())

const articles = ['Ferry <b>treaty</b> signed', 'Mayor resigns', 'Bridge reopens', 'Rates rise', 'Storm ahead'].map(
  (title, n) => anArticle({ title, url: `https://courier.example/${n}`, publishedAt: NOON - n * 60_000 }),
)
await desk.takeIn(articles.map((article, n) => ({ article, decision: newIn(`s${n}`) })))
const id = articles[0]?.id ?? ''
for (const name of ['latest', 'latest:world', 'most-read:week', 'must-reads', `related:${id}`])
  await desk.publisher.publish(name)

const get = (query: string, headers: Record<string, string> = {}) => fetch(`${server.url}/v1/page${query}`, { headers })
const mistake = async (query: string) => {
  const response = await get(query)
  expect(response.status).toBe(400)
  return ((await response.json()) as { error: string }).error
}

describe('a page over HTTP', () => {
  it('a page over HTTP is what the client reads', async () => {
    const response = await get(
      `?article=${id}&lists=latest:world:2,must-reads,must-reads:1:repeat,related:${id}:5&unique=1`,
    )
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const text = await response.text()
    expect(text).not.toContain('<b>')
    const lists = [
      { list: 'latest:world', limit: 2 },
      'must-reads',
      { list: 'must-reads', limit: 1, repeat: true },
      { list: `related:${id}`, limit: 5 },
    ]
    const client = createClient(room.redis, { prefix: room.keys.prefix })
    const page = await client.page({ article: id, lists, unique: true })
    expect(JSON.parse(text)).toEqual(page)
    expect(page.panels.map(({ entries }) => entries.length)).toEqual([2, 2, 1, 0])
    expect(page.article?.title).toBe('Ferry <b>treaty</b> signed')
  })

  it('a page over HTTP that is not asked to be unique shows each list as it is, and no article that nobody asked for', async () => {
    const page = (await (await get('?lists=latest:2,latest:world:1&unique=0')).json()) as {
      article: null
      panels: { entries: { title: string }[] }[]
    }
    expect(page.article).toBeNull()
    expect(page.panels.map(({ entries }) => entries.map(({ title }) => title))).toEqual([
      ['Ferry <b>treaty</b> signed', 'Mayor resigns'],
      ['Ferry <b>treaty</b> signed'],
    ])
  })

  it('a page over HTTP says which list a skipped one would repeat', async () => {
    const page = (await (await get('?lists=latest:3,most-read:week:3&skipSame=1')).json()) as {
      panels: { sameAs: string | null; entries: unknown[] }[]
    }
    expect(page.panels.map(({ sameAs, entries }) => [sameAs, entries.length])).toEqual([
      [null, 3],
      ['latest', 0],
    ])
  })

  it('a page over HTTP need not be sent again to who has it', async () => {
    const first = await get('?lists=latest:2')
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('public, max-age=5')
    expect((await get('?lists=latest:2', { 'if-none-match': etag })).status).toBe(304)
    expect((await get('?lists=latest:3', { 'if-none-match': etag })).status).toBe(200)
  })

  it('a page over HTTP that cannot be understood is refused with what is wrong, where, and how to write it', async () => {
    expect(await mistake('')).toBe('lists is missing: write lists=latest:world:6,most-read:week:12,must-reads')
    expect(await mistake('?lists=latest:2,latset:5')).toBe(
      'lists, number 2, "latset:5": no list "latset"; GET /v1/lists lists all, and related:<article> are others',
    )
    expect(await mistake('?lists=latest:nowhere')).toContain('no list "latest:nowhere"')
    expect(await mistake('?lists=latest,')).toContain('lists, number 2, ""')
    expect(await mistake('?lists=latest&lists=must-reads')).toContain('lists ["latest","must-reads"]: write lists=')
    expect(await mistake('?lists=latest:101')).toBe(
      'lists, number 1, "latest:101": 101 is not a number of entries from 1 to 100',
    )
    expect(await mistake('?lists=latest:0')).toContain('0 is not a number of entries')
    expect(await mistake(`?lists=${'latest,'.repeat(20)}latest`)).toBe(
      'lists names 21 lists: ask for at most 20 at once',
    )
    expect(await mistake('?lists=latest&unique=yes')).toBe('unique "yes": write unique=1 or leave it out')
    expect(await mistake('?lists=latest&article=https://courier.example')).toBe(
      'article "https://courier.example" is not the id of an article: 16 of 0-9 and a-f',
    )
  })
})

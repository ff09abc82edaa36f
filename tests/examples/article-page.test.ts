import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { articlePages } from '../../examples/article-page.ts'
import { anArticle, NOON, newIn } from '../support/articles.ts'
import { aListRoom } from '../support/lists.ts'
import { until } from '../support/until.ts'

const room = aListRoom({ settings: { minEntries: 3, relatedMinEntries: 3 } })
const desk = room.open()
const connection = room.connect()
const server = createServer(articlePages(connection, room.keys.prefix)).listen(0)
afterAll(() => {
  server.close()
  connection.disconnect()
})
const get = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)

const articles = ['Ferry treaty signed', 'Bank & <script>alert(1)</script>', 'Mayor resigns', 'Bridge reopens'].map(
  (title, n) =>
    anArticle({ title, url: `https://courier.example/${n}`, publishedAt: NOON - n * 60_000, author: 'A. Writer' }),
)
await desk.takeIn(articles.map(article => ({ article, decision: newIn(`s${article.id}`) })))
const id = articles[0]?.id ?? ''
for (const name of ['latest:world', 'most-read:week', 'most-read:now', 'must-reads', `related:${id}`])
  await desk.publisher.publish(name)

describe('the example of an article page', () => {
  it('the example of an article page has every panel of the page, from one round trip', async () => {
    const commands = async () =>
      Number(/cmdstat_lrange:calls=(\d+)/.exec(await room.redis.info('commandstats'))?.[1] ?? 0)
    const before = await commands()
    const page = await (await get(`/world/${id}`)).text()
    expect((await commands()) - before).toBeGreaterThanOrEqual(5)
    for (const panel of [
      '[WORLD] Latest Stories',
      'Weekly Best Articles',
      'You May Also Like',
      'Popular Now',
      'Must-Reads',
    ])
      expect(page).toContain(`<h2>${panel}</h2>`)
    expect(page).toContain('<h1>Ferry treaty signed</h1><p>A. Writer</p>')
    expect(page).toContain('<b>WORLD</b> <a href="https://courier.example/2">Mayor resigns</a>')
    expect(page).not.toContain('<script>')
  })

  it('the example of an article page reports that it was read', async () => {
    await until(async () => (await room.redis.xlen(room.keys.events())) > 0)
    const [[, fields] = ['', []]] = await room.redis.xrange(room.keys.events(), '-', '+')
    expect(fields.slice(0, 4)).toEqual(['kind', 'view', 'article', id])
  })

  it('the example of an article page is not found where there is no such article, or the address is none', async () => {
    for (const path of ['/world/0123456789abcdef', '/World:now/0123456789abcdef', '/world/nobody'])
      expect((await get(path)).status).toBe(404)
  })
})

import { pino } from 'pino'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { HttpSettings } from '../../../src/config/sections/public-server.ts'
import { packContent } from '../../../src/domain/packed-content.ts'
import { articlesRoute } from '../../../src/server/public/articles.ts'
import { pageRoute } from '../../../src/server/public/page.ts'
import { startHttp } from '../../../src/server/public/server.ts'
import { anArticle, newIn } from '../../support/articles.ts'
import { aListRoom } from '../../support/lists.ts'

const room = aListRoom()
const desk = room.open()
const server = await startHttp({
  settings: () => HttpSettings.parse({ port: 0 }),
  routes: [
    { path: '/v1/articles', router: articlesRoute(room) },
    { path: '/v1/page', router: pageRoute({ ...room, names: desk.publisher.names }) },
  ],
  log: pino({ level: 'silent' }),
})
afterAll(() => server.close())

const article = anArticle({ title: 'Ferry <b>treaty</b> signed' })
const content = { html: '<p>It is <b>signed</b>.</p>', words: 3, minutes: 1, from: 'feed' } as const
await desk.takeIn([{ article, decision: newIn('s1'), content: packContent(content) }])
const client = createClient(room.redis, { prefix: room.keys.prefix })
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}/v1${path}`, { headers })

describe('an article over HTTP', () => {
  it('an article over HTTP is what the client reads, with its text where that is asked for', async () => {
    for (const withContent of [false, true]) {
      const text = await (await get(`/articles/${article.id}${withContent ? '?content=1' : ''}`)).text()
      // Wherever it is embedded, nothing in it looks like a tag.
      expect(text).not.toContain('<')
      expect(JSON.parse(text)).toEqual(await client.article(article.id, { content: withContent }))
      expect(JSON.parse(text).content).toEqual(withContent ? content : undefined)
    }
  })

  it('an article over HTTP is not sent again to a reader that has it', async () => {
    const etag = (await get(`/articles/${article.id}?content=1`)).headers.get('etag') ?? ''
    const again = await get(`/articles/${article.id}?content=1`, { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await get(`/articles/${article.id}`, { 'if-none-match': etag })).status).toBe(200)
  })

  it('an article over HTTP has its text in a page that asks for it', async () => {
    const page = (await (await get(`/page?article=${article.id}&lists=latest&content=1`)).json()) as {
      article: unknown
    }
    expect(page.article).toMatchObject({ content })
    const bare = (await (await get(`/page?article=${article.id}&lists=latest`)).json()) as { article: unknown }
    expect(bare.article).not.toHaveProperty('content')
  })

  it.each([
    ['/articles/0123456789abcdef', 404, 'no article "0123456789abcdef"'],
    ['/articles/nobody', 400, 'article "nobody" is not the id of an article: 16 of 0-9 and a-f'],
    [`/articles/${article.id}?content=yes`, 400, 'content "yes": write content=1 or leave it out'],
    ['/page?lists=latest&content=2', 400, 'content "2": write content=1 or leave it out'],
  ])('an article over HTTP that is asked for as %s is answered %i with what is wrong', async (path, status, error) => {
    const response = await get(path)
    expect([response.status, await response.json()]).toEqual([status, { error }])
  })
})

import { describe, expect, it } from 'vitest'
import { testDaemon } from '../support/daemon.ts'
import { serve } from '../support/http.ts'
import { until } from '../support/until.ts'

const indexOf = (children: readonly string[]): string =>
  `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${children
    .map((loc, age) => `<sitemap><loc>${loc}</loc><lastmod>2026-05-0${9 - age}</lastmod></sitemap>`)
    .join('')}</sitemapindex>`

const newsOf = (titles: readonly string[], at: string): string =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">${titles
    .map(
      title =>
        `<url><loc>${at}/${title.replaceAll(' ', '-')}</loc><news:news><news:publication><news:name>Courier</news:name><news:language>en</news:language></news:publication><news:publication_date>${new Date().toISOString()}</news:publication_date><news:title>${title}</news:title></news:news></url>`,
    )
    .join('')}</urlset>`

/** A publisher that answers by path; what it answers can be changed. Its index always has the same ETag, whatever its sitemaps hold. */
const aPublisher = async () => {
  const pages = new Map<string, string>()
  const server = await serve((request, response) => {
    const page = pages.get(request.url ?? '')
    if (page === undefined) response.writeHead(404).end()
    else if (request.headers['if-none-match'] === '"index"') response.writeHead(304).end()
    else response.writeHead(200, { 'content-type': 'application/xml', etag: '"index"' }).end(page)
  })
  return { ...server, pages }
}

const titles = (entries: readonly { title: string }[]): string[] => entries.map(({ title }) => title).sort()

describe('a source that is an index of sitemaps', () => {
  it('a source that is an index of sitemaps is read through its news sitemaps each time, though the index itself never changes', async () => {
    const { url, pages, requests } = await aPublisher()
    pages.set(
      '/index.xml',
      indexOf([`${url}/pages.xml`, `${url}/news-1.xml`, `${url}/news-2.xml`, `${url}/news-3.xml`]),
    )
    pages.set('/news-1.xml', newsOf(['Ferry treaty signed'], url))
    pages.set('/news-2.xml', newsOf(['Bank keeps its rate'], url))
    const desk = testDaemon({
      sources: [{ id: 'courier', name: 'Courier', url: `${url}/index.xml`, section: 'world' }],
    })
    await desk.start()
    const first = await until(
      () => desk.list('latest'),
      entries => entries.length === 2,
    )
    expect(titles(first)).toEqual(['Bank keeps its rate', 'Ferry treaty signed'])
    pages.set('/news-1.xml', newsOf(['Bridge reopens', 'Ferry treaty signed'], url))
    const then = await until(
      () => desk.list('latest'),
      entries => entries.length === 3,
    )
    expect(titles(then)).toEqual(['Bank keeps its rate', 'Bridge reopens', 'Ferry treaty signed'])
    const asked = new Set(requests.map(({ path }) => path))
    expect(asked).toEqual(new Set(['/index.xml', '/news-1.xml', '/news-2.xml']))
  })

  it('a source that is an index of sitemaps fails with the reason where none of them can be had, and never leaves its domain', async () => {
    const elsewhere = await aPublisher()
    const { url, pages } = await aPublisher()
    pages.set('/index.xml', indexOf([`${elsewhere.url.replace('127.0.0.1', 'other.localhost')}/news.xml`]))
    const desk = testDaemon({
      sources: [{ id: 'courier', name: 'Courier', url: `${url}/index.xml`, section: 'world' }],
    })
    await desk.start()
    const detail = await until(
      () => desk.redis.hget(desk.keys.source('courier'), 'errorDetail'),
      found => found !== null,
    )
    expect(detail).toContain('another domain')
    expect(elsewhere.requests).toHaveLength(0)
  })
})

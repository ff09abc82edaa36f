import { describe, expect, it } from 'vitest'
import { discover, type PageOutcome } from '../../src/feeds/discovery/discover.ts'
import { commonFeeds, findLinks, findSitemaps } from '../../src/feeds/discovery/page-links.ts'
import { findDuplicateFeeds } from '../../src/sources/catalogue/duplicate-feeds.ts'
import { rss } from '../support/http.ts'

/** A site as a table of paths; what is not in it answers 404. */
const aSite = (pages: Record<string, string>) => {
  const asked: string[] = []
  const fetchPage = async (url: string): Promise<PageOutcome> => {
    asked.push(url)
    const body = pages[new URL(url).pathname]
    if (body === undefined) return { kind: 'failed', reason: 'status', detail: 'the server answered 404', status: 404 }
    return {
      ...{
        kind: 'changed',
        body: Buffer.from(body),
        contentType: null,
        url,
        status: 200,
        movedTo: null,
        freshFor: null,
      },
      validators: { etag: null, lastModified: null, bodyHash: null },
      links: null,
    }
  }
  return { asked, find: () => discover('https://courier.example/', fetchPage), fetchPage }
}
const feed = (...titles: string[]) => rss(titles.map(title => ({ title })))

describe('links of a page', () => {
  it('the feeds of a page are those it declares and links that look like feeds, with comment feeds last', () => {
    const html = `<base href="https://cdn.example/x/"><link rel="alternate" type="application/rss+xml" href="comments/feed"><link rel="ALTERNATE stylesheet" type="application/atom+xml; charset=utf-8" href="a.xml"><link rel=alternate hreflang=de href="/de"><a href="/sport/rss">s</a><a href="https://else.example/feed.json">j</a><a href="/feedback">no</a><a href="javascript:x">no</a><a href="/about">no</a>`
    expect(findLinks(html, 'https://courier.example/')).toEqual({
      declared: ['https://cdn.example/x/a.xml', 'https://cdn.example/x/comments/feed'],
      linked: ['https://cdn.example/sport/rss', 'https://else.example/feed.json'],
    })
  })

  it('the feeds in robots.txt are its sitemaps, news sitemaps first', () => {
    const robots = 'User-agent: *\nSITEMAP: https://a.example/all.xml\n sitemap:/news.xml\nSitemap: javascript:x\n'
    expect(findSitemaps(robots, 'https://a.example/robots.txt')).toEqual([
      'https://a.example/news.xml',
      'https://a.example/all.xml',
    ])
  })

  it('the common feed addresses tried first are those below the page’s own path', () => {
    expect(commonFeeds('https://a.example/blog/index.html')[0]).toBe('https://a.example/blog/feed')
    expect(commonFeeds('https://a.example/')[0]).toBe('https://a.example/feed')
  })
})

describe('discovery', () => {
  it('discovery tries nothing but the news sitemap beyond the feeds that a site declares', async () => {
    const site = aSite({
      '/': '<html><link rel=alternate type=application/rss+xml href=/one><a href=/two/rss>',
      '/one': feed('a', 'b', 'c'),
      '/two/rss': feed('x', 'y', 'z'),
    })
    const found = await site.find()
    expect(found).toMatchObject({
      kind: 'found',
      feeds: [{ url: 'https://courier.example/one', how: 'declared' }, { how: 'linked' }],
    })
    expect(site.asked).not.toContain('https://courier.example/feed')
  })

  it('discovery lists a feed with two URLs once, recognised by shared items', async () => {
    const site = aSite({
      '/': '<html><a href=/one/rss><a href=/two/rss>',
      '/one/rss': feed('a', 'b', 'c'),
      '/two/rss': feed('d', 'a', 'b', 'c'),
    })
    expect(await site.find()).toMatchObject({ feeds: [{ url: 'https://courier.example/one/rss' }] })
    const [one, two] = [await feedAt('/one/rss'), await feedAt('/two/rss')]
    expect(
      findDuplicateFeeds([
        { id: 'one', found: one },
        { id: 'two', found: two },
      ]),
    ).toEqual(new Map([['two', { of: 'one', how: 'shared items' }]]))
    async function feedAt(path: string) {
      const outcome = await discover(`https://courier.example${path}`, site.fetchPage)
      const [found] = outcome.kind === 'found' ? outcome.feeds : []
      if (!found) throw new Error(`no feed at ${path}`)
      return found
    }
  })

  it('discovery follows an index of sitemaps to the news sitemap, and skips sitemaps without news', async () => {
    const site = aSite({
      '/': '<html><title>x</title>',
      '/robots.txt': 'Sitemap: https://courier.example/index.xml',
      '/index.xml':
        '<sitemapindex><sitemap><loc>https://courier.example/pages.xml</loc></sitemap><sitemap><loc>https://courier.example/news.xml</loc></sitemap></sitemapindex>',
      '/news.xml':
        '<urlset xmlns:news="n"><url><loc>https://courier.example/1</loc><news:news><news:title>One</news:title></news:news></url></urlset>',
      '/sitemap_news.xml': '<urlset><url><loc>https://courier.example/about</loc></url></urlset>',
    })
    expect(await site.find()).toMatchObject({ feeds: [{ url: 'https://courier.example/news.xml', how: 'sitemap' }] })
  })

  it('discovery gives the reason if the page itself cannot be fetched', async () => {
    expect(await aSite({}).find()).toEqual({ kind: 'failed', reason: 'status', detail: 'the server answered 404' })
  })
})

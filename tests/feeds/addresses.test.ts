import { describe, expect, it } from 'vitest'
import { canonicalUrl } from '../../src/domain/canonical-url.ts'
import { parseFeed } from '../../src/feeds/index.ts'
import { atom, bytesOf, rss } from './build.ts'

const ARTICLE = 'https://news.example.com/1'
const linkOf = async (document: string) =>
  (await parseFeed(bytesOf(document), { url: 'https://feeds.example.net/feed.xml' })).items[0]?.link

describe('addresses as publishers get them wrong', () => {
  it.each([
    ['no scheme before the host of the site', 'news.example.com/1', ARTICLE],
    ['no scheme before www', 'www.other.example/1', 'https://www.other.example/1'],
    ['no colon', 'https//news.example.com/1', ARTICLE],
    ['two schemes', 'http://https://news.example.com/1', ARTICLE],
    ['a letter too many', 'htttps://news.example.com/1', ARTICLE],
    ['a letter too few', 'htps://news.example.com/1', ARTICLE],
    ['a folder named after another site', 'other.example/1', 'https://news.example.com/other.example/1'],
  ])('a link with %s leads to the article', async (_, link, wanted) => {
    const document = rss(`<item><title>A</title><link>${link}</link></item>`, '<link>https://news.example.com/</link>')
    expect(await linkOf(document)).toBe(wanted)
  })

  it('a guid that denies to be a permalink is the address also without a scheme', async () => {
    const item = '<item><title>A</title><guid isPermaLink="false">www.news.example.com/1</guid></item>'
    expect(await linkOf(rss(item))).toBe('https://www.news.example.com/1')
  })

  it.each([
    ['of several relations', '<link rel="alternate bookmark" href="https://news.example.com/1"/>'],
    ['to a related page alone', '<link rel="related" href="https://news.example.com/1"/>'],
    ['of content by reference', '<content type="text/html" src="https://news.example.com/1"/>'],
  ])('the link %s is read where nothing else is known', async (_, element) => {
    expect(await linkOf(atom(`<entry><title>A</title><id>urn:1</id>${element}</entry>`))).toBe(ARTICLE)
  })
})

describe('redirectors', () => {
  it.each([
    'https://href.li/?https://news.example.com/1',
    'https://anonym.example/?https%3A%2F%2Fnews.example.com%2F1',
    'https://urldefense.com/v3/__https://news.example.com/1__;!!abc',
    'https://trk.example.org/click?url=https%3A%2F%2Fnews.example.com%2F1',
    'https://r.example.org/?u=https%3A%2F%2Fnews.example.com%2F1',
    'https://duckduckgo.com/l/?uddg=https%3A%2F%2Fnews.example.com%2F1',
    'https://medium.com/m/global-identity-2?redirectUrl=https%3A%2F%2Fnews.example.com%2F1',
  ])('%s is the article it leads to', url => {
    expect(canonicalUrl(url)).toBe(ARTICLE)
  })

  it.each([
    'https://web.archive.org/?https://news.example.com/1',
    'https://news.example.com/login?next=https://news.example.com/1',
  ])('%s is a page of its own', url => {
    expect(canonicalUrl(url)).toBe(url)
  })
})

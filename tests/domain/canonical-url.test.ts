import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  articleId,
  bareId,
  canonicalUrl,
  droppedFrom,
  FRAGMENT,
  identityKey,
  type Keeps,
} from '../../src/domain/canonical-url.ts'

describe('the canonical URL of an article', () => {
  it.each([
    [
      'https://www.courier.example/world/bridge?utm_source=rss&utm_medium=feed',
      'https://www.courier.example/world/bridge',
    ],
    ['HTTP://Courier.Example:80/World/%7ebridge#comments', 'http://courier.example/World/~bridge'],
    ['https://courier.example/a?b=2&a=1&at_medium=RSS', 'https://courier.example/a?b=2&a=1'],
    ['https://www.google.com/url?q=https%3A%2F%2Fcourier.example%2Fa%3Ffbclid%3Dx&sa=D', 'https://courier.example/a'],
    ['https://www.google.com/amp/s/www.courier.example/news/bridge', 'https://www.courier.example/news/bridge'],
    ['https://courier-example.cdn.ampproject.org/c/s/courier.example/a.amp', 'https://courier.example/a.amp'],
    ['https://courier.example/a;jsessionid=0A1B2C3D4E?PHPSESSID=0123456789abcdef', 'https://courier.example/a'],
    ['https://reader:secret@courier.example/a', 'https://courier.example/a'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
    ['https://courier.example/app#!/story/1', 'https://courier.example/app#!/story/1'],
  ])('the canonical URL of %s is %s', (written, shown) => {
    expect(canonicalUrl(written)).toBe(shown)
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'no url', '', 'data:text/html,x'])(
    'no URL is shown of an article at %j',
    written => {
      expect(canonicalUrl(written)).toBeNull()
    },
  )

  it.each([
    [
      'Google News',
      `https://news.google.com/rss/articles/${Buffer.from('\x08\x13\x22\x1ahttps://courier.example/a\xd2\x01\x00', 'latin1').toString('base64url')}?oc=5`,
    ],
    ['a mail filter', 'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fcourier.example%2Fa&data=x'],
    [
      'redirectors within redirectors',
      [1, 2, 3, 4, 5].reduce(
        inner => `https://www.google.com/url?q=${encodeURIComponent(inner)}`,
        'https://courier.example/a?utm_source=x',
      ),
    ],
  ])('the canonical URL of the redirector %s is that of its target page', (_, written) => {
    expect(canonicalUrl(written)).toBe('https://courier.example/a')
  })

  it.each([
    'https://rss.example/click/https://courier.example/a',
    'https://rss.example/click/https:/courier.example/a',
    'https://rss.example/click/https%3A//courier.example/a',
    'http://us.rd.yahoo.com/dailynews/rss/*https://courier.example/a?utm_source=x',
    'https://r.search.yahoo.com/_ylt=A0;_ylu=B/RV=2/RE=1/RO=10/RU=https%3a%2f%2fcourier.example%2fa%3futm_source%3drss/RK=2/RS=x-',
    'https://feed.example/r/https%3A%2F%2Fcourier.example%2Fa?n=1',
    'https://news.example/l/aHR0cHM6Ly9jb3VyaWVyLmV4YW1wbGUvYQ/x',
    'https://news.example/l/aHR0cHM6Ly9jb3VyaWVyLmV4YW1wbGUvYQ==',
    'https://www.bing.com/amp/s/courier.example/a',
    'https://courier-example.turbopages.org/courier.example/s/a',
    'https://yandex.ru/turbo/courier.example/s/a',
  ])('the canonical URL of %s is that of the target in its path', written => {
    expect(canonicalUrl(written)).toBe('https://courier.example/a')
  })

  it.each([
    'https://web.archive.org/web/2026/https:/courier.example/a',
    'https://courier.example/why-http:/matters',
    'https://courier.example/aHR0cHM6Ly9x/a',
    'https://courier.example/wiki/File:https.png',
  ])('the canonical URL of %s, which leads nowhere else, is its own', written => {
    expect(canonicalUrl(written)).toBe(written)
  })

  it('a redirector to a javascript: URL is not followed', () => {
    expect(canonicalUrl('https://www.google.com/url?q=javascript:alert(1)')).toBe(
      'https://www.google.com/url?q=javascript:alert(1)',
    )
  })

  it('the canonical URL stays the same when canonicalised again, also with redirectors, escapes and odd hosts', () => {
    const part = fc.constantFrom(
      '%7e',
      '%2f',
      '%2525',
      '%',
      'ä',
      '//',
      ';jsessionid=0A1B2C3D',
      '/amp/s/',
      '/https://',
      '/https%3a%2f%2f',
      '*http:/',
      'a.example',
      '?',
      '&',
      'utm_source=1',
      'url=',
      '#!',
      '#',
      '=',
      ' ',
      '.',
    )
    const address = fc
      .tuple(
        fc.constantFrom(
          'google.com',
          'www.google.com.',
          'out.example',
          'm.example',
          'bücher.example',
          'x.cdn.ampproject.org',
        ),
        fc.array(part, { maxLength: 8 }),
      )
      .map(([host, parts]) => `https://${host}/${parts.join('')}`)
    const wrapped = fc
      .tuple(address, fc.nat(4))
      .map(([inner, times]) =>
        Array.from({ length: times }).reduce<string>(
          each => `https://out.example/?url=${encodeURIComponent(each)}`,
          inner,
        ),
      )
    fc.assert(
      fc.property(wrapped, written => {
        const once = canonicalUrl(written)
        expect(once === null ? null : canonicalUrl(once)).toBe(once)
      }),
    )
  })

  it('the canonical URL stays the same when canonicalised again, for any web address', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), written => {
        const once = canonicalUrl(written)
        expect(once === null ? null : canonicalUrl(once)).toBe(once)
      }),
    )
  })
})

describe('the fragment of an address', () => {
  const keeps: Keeps = (site, name) => site === 'live.example' && name === FRAGMENT

  it.each([
    ['https://live.example/blog#post-1', 'https://live.example/blog#post-1'],
    ['https://live.example/blog#comments', 'https://live.example/blog'],
    ['https://live.example/blog#xtor=RSS-1', 'https://live.example/blog'],
    ['https://live.example/blog#ref=rss', 'https://live.example/blog'],
    ['https://live.example/blog#:~:text=a', 'https://live.example/blog'],
    ['https://other.example/blog#post-1', 'https://other.example/blog'],
  ])('the fragment of the address %s is kept only where its site tells articles apart by it', (written, shown) => {
    expect(canonicalUrl(written, keeps)).toBe(shown)
  })

  it('the fragment of an address that is dropped is known to be doubtful, and the id without it is known', () => {
    expect([...droppedFrom('https://live.example/blog#post-1', () => false)]).toEqual([[FRAGMENT, '#post-1']])
    expect(droppedFrom('https://live.example/blog#comments', () => false).size).toBe(0)
    expect(bareId('https://live.example/blog#post-1')).toBe(articleId('https://live.example/blog'))
  })
})

describe('two addresses', () => {
  const id = (url: string) => articleId(canonicalUrl(url) ?? '')

  it.each([
    ['http://courier.example/world/bridge', 'https://www.courier.example/world/bridge/'],
    ['https://m.courier.example/a', 'https://courier.example/a?utm_campaign=x#top'],
    ['https://courier.example/a/amp/', 'https://amp.courier.example/a'],
    ['https://courier.example/a?x=1&y=2', 'https://courier.example/a?y=2&x=1'],
    ['https://courier.example/news/index.html', 'https://courier.example/news'],
  ])('%s and %s are addresses of the same article', (one, other) => {
    expect(id(one)).toBe(id(other))
  })

  it.each([
    ['https://courier.example/a?id=1', 'https://courier.example/a?id=2'],
    ['https://courier.example/a', 'https://gazette.example/a'],
    ['https://courier.example/Article', 'https://courier.example/article'],
  ])('%s and %s are addresses of different articles', (one, other) => {
    expect(id(one)).not.toBe(id(other))
  })

  it('a host name of only www or m keeps that label', () => {
    expect(identityKey('https://m.example/a')).toBe('m.example/a')
  })
})

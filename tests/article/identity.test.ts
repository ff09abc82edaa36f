import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { articleId, canonicalUrl, identityKey } from '../../src/article/identity.ts'

describe('the URL shown of an article', () => {
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
  ])('of %s is %s', (written, shown) => {
    expect(canonicalUrl(written)).toBe(shown)
  })

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'no url', '', 'data:text/html,x'])(
    'is none for %j',
    written => {
      expect(canonicalUrl(written)).toBeNull()
    },
  )

  it('stays the same however often it is made', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), written => {
        const once = canonicalUrl(written)
        expect(once === null ? null : canonicalUrl(once)).toBe(once)
      }),
    )
  })
})

describe('two addresses of one article', () => {
  const id = (url: string) => articleId(canonicalUrl(url) ?? '')

  it.each([
    ['http://courier.example/world/bridge', 'https://www.courier.example/world/bridge/'],
    ['https://m.courier.example/a', 'https://courier.example/a?utm_campaign=x#top'],
    ['https://courier.example/a/amp/', 'https://amp.courier.example/a'],
    ['https://courier.example/a?x=1&y=2', 'https://courier.example/a?y=2&x=1'],
    ['https://courier.example/news/index.html', 'https://courier.example/news'],
  ])('%s and %s are one', (one, other) => {
    expect(id(one)).toBe(id(other))
  })

  it.each([
    ['https://courier.example/a?id=1', 'https://courier.example/a?id=2'],
    ['https://courier.example/a', 'https://gazette.example/a'],
    ['https://courier.example/Article', 'https://courier.example/article'],
  ])('%s and %s are two', (one, other) => {
    expect(id(one)).not.toBe(id(other))
  })

  it('keeps a host that is only called www or m', () => {
    expect(identityKey('https://m.example/a')).toBe('m.example/a')
  })
})

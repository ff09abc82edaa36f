import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSignificantParameters } from '../../src/articles/parameters/significant-parameters.ts'
import { articleId, bareUrl, canonicalUrl, type Keeps } from '../../src/domain/canonical-url.ts'
import { looksLikeTrackingId } from '../../src/domain/tracking-parameters.ts'

const PAGE = 'https://courier.example/article.pl'

describe('a URL parameter with an ambiguous name', () => {
  it.each([
    'sid=26/05/04/0123451',
    'sid=26%2F05%2F04%2F0123451',
    'sid=2026-05-04-0123451',
    'sid=harbour-bridge-reopens-after-repair',
    'sid=election2026-results-live',
    'sessionid=123456789',
    'session_id=20260504123456789',
    'feature=12',
    'feature=gallery',
    'rss=123',
    'sh=99',
    'at_12=3',
    'at_id=3',
    'pk_id=77',
    'ga_article=5',
    'cmp=12',
    'id=5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6',
    'from=rss',
    'ref=123',
  ])('a URL parameter with an ambiguous name is kept if its value identifies the article: %s', parameter => {
    expect(canonicalUrl(`${PAGE}?${parameter}`)).toBe(`${PAGE}?${parameter}`)
  })

  it.each([
    'sid=5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6',
    'sid=550e8400-e29b-41d4-a716-446655440000',
    'sessionid=k3J9xQ2mZ7pL4vT8wR1n',
    'session_id=s%3AaB3dE5fG7hJ9kL1mN3pQ',
    'PHPSESSID=0123456789abcdef',
    'cftoken=12345678',
    'feature=youtu.be',
    'feature=emb_title',
    'sh=4d7e6a1b55c0',
    'rss=rss',
    'CMP=share_btn_tw',
    'at_medium=RSS',
    'at_campaign=KARANGA',
    'at_link_id=12',
    'pk_campaign=12',
    'utm_anything=12',
    'fbclid=12',
  ])(
    'a URL parameter with an ambiguous name is dropped if its value is a visit id, or its name is only used for tracking: %s',
    parameter => {
      expect(canonicalUrl(`${PAGE}?${parameter}`)).toBe(PAGE)
    },
  )

  it('a URL parameter with an ambiguous name is dropped for any random value, and kept for any number, date, path or word', () => {
    const hash = fc.stringMatching(/^(?:[0-9]{1,3}[a-f]{1,2}){8}$/)
    fc.assert(fc.property(hash, value => looksLikeTrackingId(value)))
    const content = fc.oneof(
      fc.nat().map(String),
      fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
      fc.date({ noInvalidDate: true }).map(date => date.toISOString().slice(0, 10)),
      fc.array(fc.stringMatching(/^[a-z]{1,15}$/), { minLength: 1, maxLength: 6 }).map(words => words.join('-')),
      fc.array(fc.stringMatching(/^[a-z0-9]{1,9}$/), { minLength: 2, maxLength: 5 }).map(parts => parts.join('/')),
    )
    fc.assert(
      fc.property(content, value => !looksLikeTrackingId(value) && !looksLikeTrackingId(encodeURIComponent(value))),
    )
  })

  it('a URL with ambiguous parameters stays the same when canonicalised again, whatever the site keeps', () => {
    const value = fc.constantFrom(
      '1',
      'rss',
      '%72ss',
      '5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6',
      '%35f2b8c1e9a7d4f60b3c2d1e',
      'a=b',
      '',
    )
    const name = fc.constantFrom('sid', 'SID', 'feature', 'rss', 'cmp', 'at_12', 'utm_x', 'id')
    const query = fc.array(
      fc.tuple(name, value).map(pair => pair.join('=')),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(query, fc.boolean(), (pairs, isKept) => {
        const keeps: Keeps = () => isKept
        const once = canonicalUrl(`${PAGE}?${pairs.join('&')}`, keeps) ?? ''
        expect(canonicalUrl(once, keeps)).toBe(once)
        expect(bareUrl(once)).toBe(bareUrl(bareUrl(once) ?? ''))
      }),
    )
  })
})

describe('parameters that identify articles', () => {
  const [ONE, TWO] = ['5f2b8c1e9a7d4f60b3c2d1e0f9a8b7c6', '0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d']
  const none: Keeps = () => false

  it('parameters that identify articles are learnt from two headlines under one address, for that site only', () => {
    const telling = findSignificantParameters(
      [
        { title: 'Bridge reopens', page: `https://www.courier.example/a?sid=${ONE}&feature=share` },
        { title: 'Ferry treaty signed', page: `https://m.courier.example/a?sid=${TWO}&feature=share` },
        { title: 'Elsewhere', page: `https://gazette.example/a?sid=${TWO}` },
      ],
      none,
    )
    expect(telling).toEqual(new Map([['courier.example', new Set(['sid'])]]))
    const keeps: Keeps = (site, name) => telling.get(site)?.has(name) ?? false
    const id = (url: string) => articleId(canonicalUrl(url, keeps) ?? '')
    expect(id(`https://courier.example/a?sid=${ONE}`)).not.toBe(id(`https://courier.example/a?sid=${TWO}`))
    expect(id(`https://gazette.example/a?sid=${ONE}`)).toBe(id(`https://gazette.example/a?sid=${TWO}`))
  })

  it.each(['campaign_id', 'trk', 'ncid', 'feedname', 'at_type', 'PHPSESSID'])(
    'parameters that identify articles include %s if only that differs between two headlines, though it is usually tracking',
    name => {
      const pages = ['20261120', '20261121'].map(value => `https://courier.example/view?${name}=${value}`)
      const telling = findSignificantParameters(
        pages.map((page, n) => ({ title: `Headline ${n}`, page })),
        none,
      )
      expect(telling).toEqual(new Map([['courier.example', new Set([name.toLowerCase()])]]))
      expect(pages.map(page => canonicalUrl(page, none))).toEqual(pages.map(() => 'https://courier.example/view'))
    },
  )

  it('parameters that identify articles do not include those that are tracking on every site', () => {
    const items = ['rss', 'mail'].map(at => ({
      title: `Headline ${at}`,
      page: `${PAGE}?utm_source=${at}&fbclid=${at}`,
    }))
    expect(findSignificantParameters(items, none).size).toBe(0)
  })

  it('parameters that identify articles are not learnt from one article listed twice with two visit ids', () => {
    const items = [ONE, TWO].map(sid => ({ title: 'Bridge reopens', page: `${PAGE}?sid=${sid}` }))
    expect(findSignificantParameters(items, none).size).toBe(0)
  })

  it('parameters that identify articles are not learnt from articles with addresses of their own', () => {
    const items = [ONE, TWO].map((sid, n) => ({ title: `Story ${n}`, page: `${PAGE}?id=${n}&sid=${sid}` }))
    expect(findSignificantParameters(items, none).size).toBe(0)
  })
})

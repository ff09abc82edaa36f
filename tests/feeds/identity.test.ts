import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { type Identified, identify, trustsIds } from '../../src/feeds/identity.ts'

const anItem = (some: Partial<FeedItem> = {}): FeedItem =>
  ({
    title: 'Harbour bridge reopens',
    link: 'https://courier.example/1',
    id: '1',
    published: null,
    updated: null,
    author: null,
    categories: [],
    image: null,
    summary: null,
    language: null,
    ...some,
  }) as FeedItem // a reader may add facts that identity does not look at
const only = (item: FeedItem, useIds = true): Identified => identify([item], useIds)[0] as Identified // one in, one out
const keysOf = ({ key, also }: Identified) => new Set([key, ...also])

describe('an item', () => {
  it.each([
    ['its text is edited', { title: 'Harbour bridge closes', summary: 'Again.' }],
    ['its link moves, its guid staying', { link: 'https://courier.example/moved' }],
    ['its guid changes, its link staying', { id: 'another' }],
    ['its link gains parameters that track', { id: 'x', link: 'http://www.courier.example/1?utm_source=rss' }],
  ])('an item is the same when %s', (_, edit) => {
    const [before, after] = [only(anItem()), only(anItem(edit))]
    expect([...keysOf(after)].some(key => keysOf(before).has(key))).toBe(true)
  })

  it('an item with another guid and another link is a different item', () => {
    const [one, other] = [only(anItem()), only(anItem({ id: '2', link: 'https://courier.example/2' }))]
    expect([...keysOf(other)].some(key => keysOf(one).has(key))).toBe(false)
  })

  it('an item without guid and link is identified by title and date', () => {
    const bare = anItem({ id: null, link: null, published: '2026-05-04T12:00:00Z' })
    expect(only(bare).key).toBe(only({ ...bare, summary: 'More.' }).key)
    expect(only(bare).key).not.toBe(only({ ...bare, published: '2026-05-05T12:00:00Z' }).key)
  })

  it('an item gets another fingerprint if a visible part changes, not if its link gains tracking parameters', () => {
    const { fingerprint } = only(anItem())
    expect(only(anItem({ title: 'Harbour bridge closes' })).fingerprint).not.toBe(fingerprint)
    expect(only(anItem({ image: 'https://courier.example/1.jpg' })).fingerprint).not.toBe(fingerprint)
    expect(only(anItem({ link: 'https://courier.example/1?utm_source=rss', id: 'x' })).fingerprint).toBe(fingerprint)
  })
})

describe('a guid', () => {
  it.each([
    ['blank', Array.from({ length: 20 }, (_, n) => anItem({ id: n < 2 ? ' ' : `${n}` })), false],
    ['missing', Array.from({ length: 20 }, (_, n) => anItem({ id: n < 2 ? null : `${n}` })), false],
    ['repeated', Array.from({ length: 20 }, (_, n) => anItem({ id: `${n % 10}` })), false],
    ['blank once in twenty', Array.from({ length: 20 }, (_, n) => anItem({ id: n === 0 ? '' : `${n}` })), true],
  ])("a guid that is %s makes the feed's guids trusted or not, by its share of the document", (_, items, trusted) => {
    expect(trustsIds(items)).toBe(trusted)
  })

  it('a guid given to two items with links of their own loses neither', () => {
    const items = Array.from({ length: 30 }, (_, n) =>
      anItem({ id: `${n === 1 ? 0 : n}`, link: `https://courier.example/${n}` }),
    )
    expect(trustsIds(items)).toBe(true)
    expect(identify(items)).toHaveLength(30)
  })

  it.each([
    ['text', 'Courier: Harbour bridge reopens'],
    ['slug', 'https://courier.example/?p=harbour-bridge-reopens'],
    ['escaped slug', 'tag:courier.example,2026:Harbour%20bridge%20reopens'],
  ])('a guid that is derived from the headline, as %s, ranks behind the link', (_, id) => {
    const identified = only(anItem({ id }))
    expect(identified.headlined).toBe(true)
    expect(identified.key).toBe(only(anItem({ id: null }), true).key)
  })

  it('a guid that is derived from a headline in a non-Latin script is recognised as such', () => {
    const title = '首相、来週にも内閣改造へ　閣僚数人が交代'
    expect(only(anItem({ title, id: `yomi/${title}` })).headlined).toBe(true)
    expect(only(anItem({ title, id: 'yomi/20260504-0017' })).headlined).toBe(false)
  })
})

describe('a document', () => {
  it('a document gives each item exactly one key, in order and without duplicates', () => {
    const aFeed = fc.array(
      fc.record({
        id: fc.constantFrom(null, '', 'a', 'b', 'c', 'd'),
        link: fc.constantFrom(null, 'https://courier.example/1', 'https://courier.example/2', 'not a link'),
        title: fc.constantFrom(null, 'One', 'Two'),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(aFeed, fc.boolean(), (sketches, useIds) => {
        const items = sketches.map(anItem)
        const identified = identify(items, useIds)
        const keys = identified.map(({ key }) => key)
        expect(new Set(keys).size).toBe(keys.length)
        const places = identified.map(({ item }) => items.indexOf(item))
        expect(places).toEqual([...places].sort((a, b) => a - b))
        if (!useIds) for (const each of identified) expect(each.also).toEqual([])
        // Identified again, the same.
        expect(identify(items, useIds)).toEqual(identified)
      }),
    )
  })
})

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

describe('items of one document at one address', () => {
  const at = (hour: number) => `2026-05-04T${String(hour).padStart(2, '0')}:00:00Z`
  const version = (number: number, some: Partial<FeedItem> = {}) =>
    anItem({ id: `https://courier.example/1#${number}`, title: `Version ${number}`, published: at(9), ...some })
  const titlesOf = (items: readonly FeedItem[]) => identify(items).map(({ item }) => item.title)

  it.each([
    ['the later date', [version(0, { published: at(8) }), version(1)], 'Version 1'],
    ['the later date, though it comes last', [version(5, { published: at(8) }), version(1)], 'Version 1'],
    ['the later update', [version(0, { updated: at(12) }), version(1, { published: at(10) })], 'Version 0'],
    ['the higher version, if their dates agree', [version(9), version(10), version(2)], 'Version 10'],
    ['the higher version, if one has no date', [version(0), version(1, { published: null })], 'Version 1'],
    ['the first, if nothing tells', [version(0, { id: 'a' }), version(1, { id: 'b' })], 'Version 0'],
  ])('items of one document at one address are one article, shown by the item with %s', (_, items, title) => {
    const [newest, ...others] = identify(items)
    expect(others).toEqual([])
    expect(newest).toMatchObject({ item: { title }, sameAddress: items.length - 1 })
    expect(newest?.item.published).toBe(items.find(each => each.title === title)?.published)
  })

  it('an item at an address of its own has no others', () => {
    expect(only(anItem())).not.toHaveProperty('sameAddress')
  })

  it('items of one document at one address keep the place and the keys of the newest', () => {
    const elsewhere = anItem({ id: '7', link: 'https://courier.example/7', title: 'Seven' })
    const identified = identify([version(0), elsewhere, version(1)])
    expect(identified.map(({ item }) => item.title)).toEqual(['Seven', 'Version 1'])
    expect(identified[1]?.key).toBe(only(version(1)).key)
  })

  it('items of one document whose links differ by tracking alone are one article', () => {
    const link = 'https://courier.example/1'
    expect(
      titlesOf([version(1, { link: `${link}?utm_source=rss` }), version(0, { link: `${link}#xtor=RSS-1` })]),
    ).toEqual(['Version 1'])
  })

  it.each([
    ['posts of a live blog', '#post-1', '#post-2', 2],
    ['a page and a post of it', '', '#post-2', 2],
    ['anchors that every page has', '#comments', '#respond', 1],
    ['tracking', '#xtor=RSS-1', '#xtor=RSS-2', 1],
  ])('items of one document whose links differ after # by %s', (_, one, other, count) => {
    const link = 'https://courier.example/live'
    const items = [version(1, { id: 'a', link: `${link}${one}` }), version(2, { id: 'b', link: `${link}${other}` })]
    expect(titlesOf(items)).toHaveLength(count)
    // With one title they are one article twice.
    expect(titlesOf(items.map(item => ({ ...item, title: 'Live' })))).toHaveLength(1)
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

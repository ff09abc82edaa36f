import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { buildFeed } from '../../src/feeds/documents/xml-feed.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { splitInTurns } from '../../src/feeds/xml/slices.ts'
import { readXml } from '../../src/feeds/xml/xml.ts'
import { readNewItems } from '../../src/sources/items/read-new-items.ts'
import { aDocument } from '../support/documents.ts'

const NONE: ReadonlySet<string> = new Set()
const bytesOf = (text: string) => new TextEncoder().encode(text)

const all = async (text: string): Promise<readonly FeedItem[]> => {
  const read = await readFeed(bytesOf(text), { url: 'https://courier.example/feed' })
  if (read.kind !== 'feed') throw new Error(`${read.detail}: ${text}`)
  return read.feed.items
}
const fresh = async (text: string, known: ReadonlySet<string>) => {
  const read = await readNewItems(bytesOf(text), { known, url: 'https://courier.example/feed' })
  if (read.kind !== 'feed') throw new Error(`${read.detail}: ${text}`)
  return { items: read.feed.items, spans: read.itemHashes, warnings: read.feed.warnings }
}
describe('reading only the new items of a feed', () => {
  it('reading only the new items of a feed gives what reading all gives, without the known ones', async () => {
    let split = 0
    await fc.assert(
      fc.asyncProperty(
        aDocument(),
        fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
        async (text, wasKnown) => {
          const whole = await all(text)
          const { items, spans } = await fresh(text, NONE)
          expect(items).toEqual(whole)
          if (spans === null) return
          split += 1
          const known = new Set(spans.filter((_, index) => wasKnown[index]))
          const some = await fresh(text, known)
          expect(some.spans ?? spans).toEqual(spans)
          expect(some.items).toEqual(
            some.spans === null ? whole : whole.filter((_, index) => !known.has(spans[index] ?? '')),
          )
        },
      ),
      { numRuns: 400 },
    )
    // The property says nothing where everything is parsed: most documents must have been taken apart.
    expect(split).toBeGreaterThan(200)
  })

  it('reading only the new items of a feed applies the namespaces, base and language that they inherit', async () => {
    const text = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:d="http://purl.org/dc/elements/1.1/" xml:base="https://courier.example/news/" xml:lang="de">
<entry><title>Alt</title><link href="1"/><d:creator>A</d:creator></entry><entry><title>Neu</title><link href="2"/><d:creator>B</d:creator></entry></feed>`
    const { spans } = await fresh(text, NONE)
    const { items } = await fresh(text, new Set(spans?.slice(0, 1)))
    expect(items).toMatchObject([{ title: 'Neu', link: 'https://courier.example/news/2', author: 'B', language: 'de' }])
  })

  it('reading only the new items of a feed gives none if only the head of the feed changed', async () => {
    const feed = (built: string) =>
      `<rss version="2.0"><channel><title>C</title><lastBuildDate>${built}</lastBuildDate><item><title>A</title><link>https://courier.example/a</link></item></channel></rss>`
    const { spans } = await fresh(feed('Mon, 04 May 2026 12:00:00 GMT'), NONE)
    const { items, spans: again } = await fresh(feed('Mon, 04 May 2026 12:05:00 GMT'), new Set(spans))
    expect(items).toEqual([])
    expect(again).toEqual(spans)
  })

  it('reading only the new items of a feed includes an item as soon as one character of it is edited', async () => {
    const feed = (title: string) =>
      `<rss version="2.0"><channel><title>C</title><item><title>${title}</title></item><item><title>Other</title></item></channel></rss>`
    const { spans } = await fresh(feed('Bridge closes'), NONE)
    expect((await fresh(feed('Bridge closed'), new Set(spans))).items).toMatchObject([{ title: 'Bridge closed' }])
  })

  it.each([
    [
      'items stand in items',
      '<rss><channel><item><title>A</title><item><title>B</title></item></item></channel></rss>',
    ],
    [
      'a tag is never closed',
      '<rss><channel><item><title>A</title><b></item><item><title>B</title></item></channel></rss>',
    ],
    ['an ampersand is bare', '<rss><channel><item><title>A & B</title></item></channel></rss>'],
    ['a reference is to no character', '<rss><channel><item><title>A &#0; B</title></item></channel></rss>'],
    ['it is cut off', '<rss><channel><item><title>A</title></item><item><title>B'],
    [
      'the document declares entities',
      '<!DOCTYPE rss [<!ENTITY x "y">]><rss><channel><item><title>&x;</title></item></channel></rss>',
    ],
  ])('reading a feed covers all items if %s, since it cannot be split with certainty', async (_, text) => {
    expect((await fresh(text, NONE)).spans).toBeNull()
    expect((await fresh(text, NONE)).items).toEqual(await all(text))
  })
})

describe('long text that is kept from rss-parser', () => {
  it('long text that is kept from rss-parser is read as if rss-parser had parsed it', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(aDocument(), async text => {
        const split = await splitInTurns(text)
        if (split?.reader !== 'strict' || split.pieces.length === 0) return
        const plain = await readXml(text, 'strict', Number.POSITIVE_INFINITY, () => split.spans.length)
        if (plain === null) throw new Error(text)
        const { items } = await buildFeed(
          plain.raw,
          { url: 'https://courier.example/feed', maxItems: Number.POSITIVE_INFINITY },
          [],
        )
        expect(await all(text)).toEqual(items)
        compared += 1
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(50)
  })

  it.each([['&#xFDD0;0&#xFDD0;'], ['&#64976;0&#64976;'], ['&#x0FdD0;0&#xfdd0;'], ['\ufdd00\ufdd0']])(
    "long text is not confused with a publisher's forged placeholder: %j",
    async forged => {
      const item = (title: string, text: string) =>
        `<item><title>${title}</title><description>${text}</description></item>`
      const secret = `<![CDATA[${'the other text '.repeat(20)}]]>`
      const text = `<rss version="2.0"><channel><title>C</title>${item('A', secret)}${item(`x ${forged}`, 'short')}</channel></rss>`
      const { items } = await fresh(text, NONE)
      expect(items[1]?.title).not.toContain('other text')
      expect(items[0]?.summary).toContain('the other text')
    },
  )
})

import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/feeds/read.ts'
import { brokenPromises } from '../fuzz/promises.ts'
import { costs } from '../support/growth.ts'
import { atom, bytesOf, rss } from './build.ts'

const many = 100_000
const item = '<item><title>Still here</title><link>https://a.example/1</link></item>'
const bomb = Array.from({ length: 10 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('')

/** Documents made to hang, crash or fill a reader, with the items that are still to be read of each; null where it may be no feed. */
const HOSTILE: Readonly<Record<string, readonly [string, number | null]>> = {
  'an entity bomb': [`<!DOCTYPE rss [<!ENTITY l0 "lol">${bomb}]>${rss(`<item><title>&l10;</title></item>`)}`, 1],
  'an external entity': [
    `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>${rss('<item><title>A &x;</title></item>')}`,
    1,
  ],
  'deep nesting': [rss(`${item}<item><description>${'<div>'.repeat(many)}</description></item>`), 2],
  'deep nesting of unknown elements': [rss(`${'<x>'.repeat(many)}${item}`), null],
  'a million attributes': [
    rss(`<item ${Array.from({ length: 1_000_000 }, (_, index) => `a${index}=""`).join(' ')}><title>A</title></item>`),
    1,
  ],
  'a huge CDATA section': [rss(`<item><description><![CDATA[${'x '.repeat(1_000_000)}]]></description></item>`), 1],
  'sections that never end': [rss(`${item}<item><title>${'<![CDATA['.repeat(many)}`), null],
  'comments that never end': [rss(`${item}${'<!--'.repeat(many)}`), null],
  'declarations that never end': [rss(`${item}${'<!'.repeat(many)}`), null],
  'tags that never end': [rss(`${item}${'<a '.repeat(many)}`), null],
  'quotes that never end': [rss(`${item}${'<a b="'.repeat(many)}`), null],
  'ampersands without end': [rss(`<item><title>${'&'.repeat(many)}</title></item>`), 1],
  'end tags without start': [rss(`${'</item>'.repeat(many)}`), null],
  'half a tag, many times, in a text': [
    rss(`<item><description><![CDATA[${'a<p '.repeat(many)}]]></description></item>`),
    1,
  ],
  'null bytes': [rss('<item><title>A\u0000B\u0000</title></item>'), 1],
  'stray surrogates': [rss('<item><title>A&#xD800;B &#55357;</title></item>'), 1],
  'names of prototypes': [
    rss('<item><__proto__>x</__proto__><constructor>y</constructor><toString/><title __proto__="z">A</title></item>'),
    1,
  ],
  'a base that runs': [
    atom('<entry><title>A</title><link href="x"/><id>y</id></entry>', 'xml:base="javascript:alert(1)//"'),
    1,
  ],
  'links that run': [
    rss(
      '<item><title>A</title><link> java\tscript:alert(1)</link><guid>data:text/html,x</guid><enclosure url="javascript:alert(1)" type="audio/mpeg"/></item>',
    ),
    1,
  ],
  'JSON of great depth': [`{"items":[${'['.repeat(many)}${']'.repeat(many)}]}`, null],
  'JSON with names of prototypes': [
    '{"__proto__":{"items":[]},"items":[{"id":"1","__proto__":{"title":"x"},"constructor":"y"}]}',
    1,
  ],
  'a sitemap of nothing but openings': [`<urlset>${'<url><loc>'.repeat(many)}`, null],
}

describe('a document made to harm', () => {
  it.each(Object.entries(HOSTILE))(
    'a document made to harm by %s breaks no promise and costs little',
    async (_, [document, items]) => {
      const bytes = bytesOf(document)
      const read = await readFeed(bytes)
      // Beside a harmless document as long: what looks through the rest again for each part would cost a thousand times as much.
      const plain = bytesOf(rss(item.repeat(Math.ceil(bytes.length / item.length))))
      const [harmful = 0, harmless = 0] = await costs([() => readFeed(bytes), () => readFeed(plain)])
      expect(harmful / Math.max(harmless, 5)).toBeLessThan(20)
      if (items !== null) expect(read.kind === 'feed' && read.feed.items.length).toBe(items)
      expect((await brokenPromises(bytes)).filter(each => !each.startsWith('took '))).toEqual([])
    },
    60_000,
  )

  it('a document made to harm by expanding entities fills no memory', async () => {
    const [document] = HOSTILE['an entity bomb'] ?? ['']
    const read = await readFeed(bytesOf(document))
    expect(read.kind === 'feed' && JSON.stringify(read).length).toBeLessThan(10_000)
  })

  it('a document made to harm by an external entity learns nothing of this machine', async () => {
    const read = await readFeed(bytesOf(HOSTILE['an external entity']?.[0] ?? ''))
    expect(JSON.stringify(read)).not.toContain('root:')
  })

  it('a document made to harm by names of prototypes changes no object', async () => {
    await readFeed(bytesOf(HOSTILE['names of prototypes']?.[0] ?? ''))
    await readFeed(bytesOf(HOSTILE['JSON with names of prototypes']?.[0] ?? ''))
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { title?: string }).title).toBeUndefined()
  })
})

describe('a feed after one that could not be parsed', () => {
  it('a feed after one that could not be parsed is read normally', async () => {
    for (const broken of [
      '<rss><channel><item><title type="',
      'x <rss version="2.0"><a></b>',
      'atom/ns#">\n<entry>\n<title type="text',
    ]) {
      await readFeed(bytesOf(broken))
      const read = await readFeed(bytesOf(rss(item)))
      expect(read.kind === 'feed' && read.feed.items[0]?.title).toBe('Still here')
    }
  })
})

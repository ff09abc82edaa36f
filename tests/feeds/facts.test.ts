import { describe, expect, it } from 'vitest'
import { parseFeed } from '../../src/feeds/index.ts'
import { atom, bytesOf, everyFormat, rss } from './build.ts'

const read = async (document: string, url?: string) =>
  (await parseFeed(bytesOf(document), url === undefined ? {} : { url })).items
const first = async (document: string, url?: string) => (await read(document, url))[0]

describe('documents of every format', () => {
  it.each(['rss.xml', 'atom.xml', 'rdf.xml', 'cdf.xml', 'feed.json', 'news.xml'])(
    'the document %s gives title, link and date of all its items',
    async name => {
      const items = await read(everyFormat()[name] ?? '')
      expect(items).toHaveLength(5)
      for (const { title, link, published } of items) {
        expect(title).toBeTruthy()
        expect(link).toMatch(/^https:\/\/news\.example\.com\//)
        expect(published).toMatch(/^2026-05-0\dT/)
      }
    },
  )

  it('a document that is malformed in many ways still yields what can be read', async () => {
    const items = await read(everyFormat()['broken.xml'] ?? '')
    expect(items.map(({ title, link }) => [title, link])).toEqual([
      ['One — two', 'https://news.example.com/1?a=1&b=2'],
      ['Next', 'https://news.example.com/2'],
    ])
  })

  it('a document that is a web page is reported as one, with the feeds it declares', async () => {
    const reading = parseFeed(bytesOf(everyFormat()['page.html'] ?? ''), { url: 'https://news.example.com/' })
    await expect(reading).rejects.toMatchObject({ reason: 'html', links: ['https://news.example.com/feed.xml'] })
  })

  it('a document that is an index of sitemaps is reported as one, with its sitemaps, newest first', async () => {
    const reading = parseFeed(bytesOf(everyFormat()['index.xml'] ?? ''))
    await expect(reading).rejects.toMatchObject({
      reason: 'sitemap-index',
      links: [5, 4, 3, 2, 1].map(each => `https://news.example.com/s${each}.xml`),
    })
  })

  it('a document is recognised even if it begins with a very long comment', async () => {
    const entry = '<entry><title type="xhtml"><div>A <b>b</b></div></title></entry>'
    const document = `<!-- ${'x'.repeat(30_000)} <rss> -->${atom(entry).replace('<?xml version="1.0"?>\n', '')}`
    expect(await first(document)).toMatchObject({ title: 'A b' })
  })
})

describe('namespaces', () => {
  it('namespaces are recognised by their URI, whatever the prefix', async () => {
    const document = `<x:RDF xmlns:x="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:r="http://purl.org/rss/1.0/" xmlns:meta="HTTP://PURL.ORG/DC/ELEMENTS/1.1/" xmlns:own="https://own.example/">
      <r:channel/><r:item><own:title>not this</own:title><r:title>Title</r:title><r:link>https://a.example/1</r:link><meta:date>2026-05-04</meta:date><meta:creator>Jo</meta:creator></r:item></x:RDF>`
    expect(await first(document)).toMatchObject({
      title: 'Title',
      link: 'https://a.example/1',
      published: '2026-05-04T00:00:00Z',
      author: 'Jo',
    })
  })

  it('namespaces that a publisher forgot to declare are recognised by their customary prefix', async () => {
    expect(await first('<rss><channel><item><dc:creator>Jo</dc:creator></item></channel></rss>')).toMatchObject({
      author: 'Jo',
    })
  })
})

describe('the title of an item', () => {
  it.each([
    ['escaped markup', '<title>&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more</title>', 'Bold & more'],
    ['CDATA', '<title><![CDATA[A <i>b</i> &amp; c]]></title>', 'A b & c'],
    ['entities of HTML that XML does not know', '<title>caf&eacute;&nbsp;&hellip;</title>', 'café …'],
    ['signs of arithmetic', '<title>5 &lt; 6 &amp; 7 &gt; 2</title>', '5 < 6 & 7 > 2'],
    ['a script', '<title>Safe&lt;script&gt;alert(1)&lt;/script&gt;</title>', 'Safe'],
    ['Dublin Core alone', '<dc:title>Core</dc:title>', 'Core'],
    ['media:title before it', '<media:title>No</media:title><title>Yes</title>', 'Yes'],
    ['its picture named first', '<image><title>No</title></image><title>Yes</title>', 'Yes'],
    ['a group alone', '<media:group><media:content><media:title>In</media:title></media:content></media:group>', 'In'],
    ['Arabic and emoji', '<title>خبر عاجل 👩‍👩‍👧 \u200f(AFP)</title>', 'خبر عاجل 👩‍👩‍👧 \u200f(AFP)'],
  ])('the title of an item with %s is read as a reader would see it', async (_, elements, title) => {
    expect(await first(rss(`<item>${elements}</item>`))).toMatchObject({ title })
  })

  it.each([
    [
      'xhtml',
      '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>b</b> &lt;c></div></title>',
      'A b <c>',
    ],
    ['html', '<title type="html">A &lt;b&gt;b&lt;/b&gt; &amp;lt;c&amp;gt;</title>', 'A b <c>'],
    ['base64', '<title mode="base64" type="application/octet-stream">QSA8Yj5iPC9iPg==</title>', 'A b'],
  ])('the title of an item of type %s in Atom is plain text', async (_, element, title) => {
    expect(await first(atom(`<entry>${element}</entry>`))).toMatchObject({ title })
  })
})

describe('the link of an item', () => {
  it.each([
    ['the permalink that a guid is', '<guid>https://a.example/1</guid>', 'https://a.example/1'],
    [
      'an address in a guid that denies to be one, where nothing else is known',
      '<guid isPermaLink="false">https://a.example/1</guid>',
      'https://a.example/1',
    ],
    [
      'its own, not the address in a guid that denies to be one',
      '<guid isPermaLink="false">https://a.example/1</guid><link>https://a.example/2</link>',
      'https://a.example/2',
    ],
    [
      'the original one beside a numeric guid',
      '<guid>81234</guid><feedburner:origLink>https://a.example/1</feedburner:origLink>',
      'https://a.example/1',
    ],
    ['none where nothing is an address', '<guid isPermaLink="false">81234</guid>', null],
    ['a relative permalink, resolved', '<guid>/a/1</guid>', 'https://news.example.com/a/1'],
    [
      'its text with bare ampersands',
      '<link>https://a.example/?a=1&b=2&amp;copy=3</link>',
      'https://a.example/?a=1&b=2&copy=3',
    ],
    ['resolved by the channel', '<link>a/1</link>', 'https://news.example.com/a/1'],
    [
      'atom:link in RSS',
      '<atom:link rel="self" href="https://a.example/self"/><atom:link href="https://a.example/1"/>',
      'https://a.example/1',
    ],
  ])('the link of an item is %s', async (_, elements, link) => {
    expect(await first(rss(`<item>${elements}</item>`, '<link>https://news.example.com/</link>'))).toMatchObject({
      link,
    })
  })

  it('the link of an item is its HTML alternate, resolved against every surrounding xml:base', async () => {
    const entry = `<entry xml:base="b/"><link rel="enclosure" href="x.mp3"/><link rel="http://www.iana.org/assignments/relation/alternate" href="page"/><link rel="alternate" type="application/json" href="json"/></entry>`
    expect(await first(atom(entry, 'xml:base="https://a.example/a/"'))).toMatchObject({
      link: 'https://a.example/a/b/page',
    })
  })

  it.each([
    ['<link rel="self" href="https://a.example/1"/><id>urn:1</id>', 'https://a.example/1'],
    ['<link rel="self" href="/entry/1"/>', 'https://a.example/entry/1'],
    ['<link rel="self" href="https://a.example/self"/><id>https://a.example/1</id>', 'https://a.example/1'],
    ['<link rel="self" href="https://a.example/self"/><link href="https://a.example/1"/>', 'https://a.example/1'],
    ['<link rel="via" href="https://b.example/1"/><id>tag:1</id>', 'https://b.example/1'],
    ['<link rel="bookmark" href="https://a.example/1"/><link rel="self" href="/x"/>', 'https://a.example/1'],
  ])('the link of an Atom entry with %s is what is known of its page', async (elements, link) => {
    expect(await first(atom(`<entry>${elements}</entry>`, 'xml:base="https://a.example/"'))).toMatchObject({ link })
  })

  const alternate = (href: string, hreflang: string | null, type: string | null = 'text/html') =>
    `<link rel="alternate" href="https://a.example/${href}"${hreflang ? ` hreflang="${hreflang}"` : ''}${type ? ` type="${type}"` : ''}/>`

  it.each([
    ['the one in its language', [alternate('en', 'en'), alternate('de', 'de'), alternate('fr', 'fr')], 'de'],
    ['the one in its language, whatever the region', [alternate('en', 'en-GB'), alternate('de', 'de-AT')], 'de'],
    ['a page, not data in its language', [alternate('json', 'de', 'application/json'), alternate('en', 'en')], 'en'],
    ['one of no language, not one of another', [alternate('en', 'en'), alternate('any', null)], 'any'],
    ['the first of equals', [alternate('one', null, null), alternate('two', null, null)], 'one'],
    [
      'XHTML, where there is no HTML',
      [alternate('pdf', null, 'application/pdf'), alternate('x', null, 'application/xhtml+xml')],
      'x',
    ],
  ])('of several alternates of an Atom entry the link is %s', async (_, links, name) => {
    expect(await first(atom(`<entry>${links.join('')}</entry>`, 'xml:lang="de"'))).toMatchObject({
      link: `https://a.example/${name}`,
    })
  })

  it('relative links are relative to the site in RSS, and to the document in Atom', async () => {
    const url = 'https://feeds.cdn.example/rss/all.xml'
    const item = '<item><link>/a/1</link><enclosure url="e.mp3" type="audio/mpeg"/></item>'
    expect(await first(rss(item, '<link>https://news.example.com/world/</link>'), url)).toMatchObject({
      link: 'https://news.example.com/a/1',
      enclosure: { url: 'https://news.example.com/world/e.mp3' },
    })
    expect(await first(rss(item), url)).toMatchObject({ link: 'https://feeds.cdn.example/a/1' })
    const entry = '<link href="https://news.example.com/"/><entry><link href="/a/1"/></entry>'
    expect(await first(atom(entry), url)).toMatchObject({ link: 'https://feeds.cdn.example/a/1' })
  })

  it('the link of an item comes with its target page if it is a redirector and the feed names the target', async () => {
    const elements =
      '<link>http://feedproxy.google.com/~r/x/~3/1/</link><feedburner:origLink>https://a.example/1</feedburner:origLink>'
    expect(await first(rss(`<item>${elements}</item>`))).toMatchObject({ original: 'https://a.example/1' })
  })
})

describe('the other fields of an item', () => {
  const channel = '<link>https://news.example.com/</link><language>en-GB</language>'
  const item = (elements: string) => first(rss(`<item>${elements}</item>`, channel))

  it('the date of an item is its publication date, not that of an edit or of a nested source', async () => {
    const entry = `<entry><updated>2026-05-09T00:00:00Z</updated><source><published>2001-01-01T00:00:00Z</published></source><published>2026-05-04T10:00:00+02:00</published></entry>`
    expect(await first(atom(entry))).toMatchObject({
      published: '2026-05-04T08:00:00Z',
      updated: '2026-05-09T00:00:00Z',
    })
  })

  it.each([
    '0001-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '9999-12-31T23:59:59Z',
    'soon',
  ])('the date of an item whose publication date is %s is that of its update', async published => {
    const updated = '2026-05-04T10:00:00Z'
    expect(
      await first(atom(`<entry><published>${published}</published><updated>${updated}</updated></entry>`)),
    ).toMatchObject({ published: updated, updated })
    expect(await first(rss(`<item><pubDate>${published}</pubDate><dc:date>${updated}</dc:date></item>`))).toMatchObject(
      { published: updated },
    )
    const json = { items: [{ id: '1', date_published: published, date_modified: updated }] }
    expect(await first(JSON.stringify(json))).toMatchObject({ published: updated })
  })

  it.each([
    [
      'the largest of media:content',
      '<media:thumbnail url="/t.jpg"/><media:content url="/s.jpg" medium="image" width="100"/><media:content url="/l.jpg" medium="image" width="900"/>',
      'https://news.example.com/l.jpg',
    ],
    [
      'an enclosure',
      '<enclosure url="/e.png" type="image/png"/><description>&lt;img src="/i.jpg"&gt;</description>',
      'https://news.example.com/e.png',
    ],
    [
      'the first in its text',
      '<description>&lt;img src="/i.jpg?a=1&amp;amp;b=2"&gt;</description>',
      'https://news.example.com/i.jpg?a=1&b=2',
    ],
    [
      'none that would run',
      '<media:content url="javascript:alert(1)" medium="image"/><media:thumbnail url="data:image/png;base64,AA"/>',
      null,
    ],
  ])('the picture of an item is %s', async (_, elements, image) => {
    expect(await item(elements)).toMatchObject({ image })
  })

  it.each([
    ['<dc:creator>Jo Reed</dc:creator><author>desk@a.example</author>', 'Jo Reed'],
    ['<author>jo@a.example (Jo Reed)</author>', 'Jo Reed'],
    ['<dc:creator>Jo Reed</dc:creator><dc:creator>Al Wu</dc:creator>', 'Jo Reed, Al Wu'],
    ['<itunes:author>Jo Reed</itunes:author>', 'Jo Reed'],
  ])('the author of an item is read from %s', async (elements, author) => {
    expect(await item(elements)).toMatchObject({ author })
  })

  it('every category of an item is read once, whichever elements name it', async () => {
    expect(
      await item(
        '<category>World</category><category><![CDATA[World]]></category><dc:subject>Asia</dc:subject><media:keywords>sea, ships</media:keywords>',
      ),
    ).toMatchObject({ categories: ['World', 'Asia', 'sea', 'ships'] })
  })

  it.each([
    ['<slash:comments>12</slash:comments><thr:total>3</thr:total>', 12],
    ['<thr:total>3</thr:total>', 3],
    ['<slash:comments>many</slash:comments>', undefined],
  ])('the number of comments on an item is read from %s', async (elements, count) => {
    expect((await item(elements))?.commentsCount).toBe(count)
  })

  it('the audio or video enclosure of an item is read', async () => {
    const elements =
      '<enclosure url="/p.jpg" type="image/jpeg"/><enclosure url="/a.mp3" type="audio/mpeg" length="123"/>'
    expect((await item(elements))?.enclosure).toEqual({
      url: 'https://news.example.com/a.mp3',
      type: 'audio/mpeg',
      length: 123,
    })
  })
})

describe('JSON Feed', () => {
  it('a JSON Feed with a field of the wrong type loses only that field', async () => {
    const document = {
      items: [
        {
          id: 7,
          title: ['no'],
          url: 'https://a.example/1',
          tags: 'none',
          authors: [{ name: 'Jo' }, 5],
          date_published: {},
        },
        'no item',
      ],
    }
    expect(await read(JSON.stringify(document))).toMatchObject([
      { id: '7', title: null, link: 'https://a.example/1', categories: [], author: 'Jo', published: null },
    ])
  })

  it('a JSON Feed of version 1.0 has one author, that of the feed if the item has none', async () => {
    const document = { author: { name: 'Desk' }, items: [{ id: '1' }, { id: '2', author: { name: 'Jo' } }] }
    expect((await read(JSON.stringify(document))).map(({ author }) => author)).toEqual(['Desk', 'Jo'])
  })

  it('an item of a JSON Feed whose id is its address needs no other', async () => {
    const document = { items: [{ id: 'https://a.example/1' }, { id: 'https://a.example/1', url: '/2' }, { id: '3' }] }
    expect((await read(JSON.stringify(document), 'https://a.example/f.json')).map(({ link }) => link)).toEqual([
      'https://a.example/1',
      'https://a.example/2',
      null,
    ])
  })

  it('a JSON Feed has its links and enclosures resolved, without those that would run scripts', async () => {
    const attachments = [{ url: '/a.mp3', mime_type: 'audio/mpeg', size_in_bytes: 9 }]
    const document = {
      home_page_url: 'https://a.example/',
      items: [
        { url: 'x', attachments },
        { url: 'javascript:alert(1)', image: 'data:,x' },
      ],
    }
    expect(await read(JSON.stringify(document))).toMatchObject([
      { link: 'https://a.example/x', enclosure: { url: 'https://a.example/a.mp3', type: 'audio/mpeg', length: 9 } },
      { link: null, image: null },
    ])
  })
})

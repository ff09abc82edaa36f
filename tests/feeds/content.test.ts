import { describe, expect, it } from 'vitest'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { packContent, unpackContent } from '../../src/domain/packed-content.ts'
import { buildContents } from '../../src/feeds/content/build-content.ts'
import { cutHtml, cutText } from '../../src/feeds/content/cut.ts'
import { countWords, readingMinutes } from '../../src/feeds/content/reading-time.ts'
import { sanitise } from '../../src/feeds/content/sanitise.ts'
import { parseFeed } from '../../src/feeds/index.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { atom, bytesOf, rss } from './build.ts'

const PAGE = 'https://news.example.com/harbour/vote'
const read = async (document: string): Promise<FeedItem> => {
  const outcome = await readFeed(bytesOf(document), { url: 'https://news.example.com/feed.xml', withContent: true })
  const item = outcome.kind === 'feed' ? outcome.feed.items[0] : undefined
  if (!item) throw new Error(JSON.stringify(outcome))
  return item
}
const contentOf = async (document: string, keep: 'text' | 'html' = 'text', bytes = 20_480) =>
  (await buildContents([await read(document)], { keep, bytes }))[0] ?? null

const item = (inner: string) => rss(`<item><title>A</title><link>${PAGE}</link>${inner}</item>`)
const entry = (inner: string, attributes = '') =>
  atom(`<entry ${attributes}><title>A</title><id>urn:1</id><link href="${PAGE}"/>${inner}</entry>`)
const json = (some: object) =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    items: [{ id: '1', url: PAGE, title: 'A', ...some }],
  })
const TWO = '<p>The harbour reopens.</p><p>Ferries run <b>again</b>.</p>'
const TEXT = 'The harbour reopens.\n\nFerries run again.'
const escaped = (markup: string) => markup.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const SENTENCE = 'The council voted on the harbour after a debate of three hours that many had come to hear. '

describe('the full text of an item', () => {
  it.each([
    ['content:encoded', item(`<description>Short.</description><content:encoded><![CDATA[${TWO}]]></content:encoded>`)],
    ['Atom content of type html', entry(`<summary>Short.</summary><content type="html">${escaped(TWO)}</content>`)],
    [
      'Atom content of type xhtml',
      entry(`<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${TWO}</div></content>`),
    ],
    ['Atom content of type text', entry(`<content type="text">${TEXT}</content>`)],
    ['Atom content in base64', entry(`<content type="text/html" mode="base64">${btoa(TWO)}</content>`)],
    ['HTML that was escaped twice', item(`<content:encoded>${escaped(escaped(TWO))}</content:encoded>`)],
    ['content_html of a JSON Feed', json({ summary: 'Short.', content_html: TWO })],
    ['content_text of a JSON Feed', json({ summary: 'Short.', content_text: TEXT })],
  ])('the text of an article is read from %s in paragraphs', async (_, document) => {
    expect(await contentOf(document)).toEqual({ text: TEXT, words: 6, minutes: 1, from: 'feed' })
  })

  it('a description is the text of an article if it is long and does not go on elsewhere', async () => {
    const whole = `<p>${SENTENCE.repeat(8)}</p>`
    const described = (text: string) => item(`<description><![CDATA[${text}]]></description>`)
    expect((await contentOf(described(whole)))?.text).toBe(SENTENCE.repeat(8).trim())
    expect(await contentOf(described(`${whole} […]`))).toBeNull()
    expect(await contentOf(described(`${whole}<p>Read more</p>`))).toBeNull()
    expect(await contentOf(described(SENTENCE))).toBeNull()
  })

  it('a description without markup may be about an element, as summaries have it', async () => {
    const text = `Why an <iframe> broke the timetable. ${SENTENCE.repeat(8)}`
    expect((await contentOf(item(`<description>${escaped(text)}</description>`)))?.text).toBe(text.trim())
  })

  it('a text that says no more than the summary is not kept twice', async () => {
    expect(await contentOf(item('<content:encoded>The harbour reopens.</content:encoded>'))).toBeNull()
  })

  it('where a text appeared first is no part of it', async () => {
    const tail = '<p>The post <a href="/">A</a> appeared first on <a href="/">News</a>.</p>'
    const document = item(`<content:encoded><![CDATA[${TWO}${tail}]]></content:encoded>`)
    expect((await contentOf(document))?.text).toBe(TEXT)
  })

  it('a plain text keeps lists, rows and emoji, and shows neither scripts nor forms', async () => {
    const markup = `<ul><li><p>one</p></li><li></li><li>two</li></ul><table><tr><td>a<td>b<tr><td>c</table>line<br>break
      <script>x()</script><form>form</form><img class="wp-smiley" alt="😀" src="/e.png"><iframe src="/x">no</iframe>`
    const { text } = (await contentOf(item(`<content:encoded><![CDATA[${markup}]]></content:encoded>`))) ?? {}
    expect(text).toBe('• one\n• two\n\na b\nc\n\nline\nbreak\n\n😀')
  })

  it('an item has its text only where that is asked for', async () => {
    const bytes = bytesOf(json({ content_html: TWO }))
    const plain = await readFeed(bytes)
    expect(plain.kind === 'feed' && plain.feed.items[0]).not.toHaveProperty('content')
    expect((await parseFeed(bytes)).items[0]).not.toHaveProperty('content')
    expect((await parseFeed(bytes, { content: 'text' })).items[0]?.content?.text).toBe(TEXT)
    expect((await parseFeed(bytes, { content: 'html' })).items[0]?.content?.html).toBe(TWO)
  })
})

describe('HTML of an article', () => {
  const html = (markup: string) => sanitise(markup, PAGE)

  it('HTML of an article has absolute links and pictures, by xml:base where a feed has one', async () => {
    const markup = '<p><a href="/a?b=1&amp;c">x</a><img src="p.jpg" width="640" height="480"></p>'
    const document = entry(`<content type="html" xml:base="https://cdn.example.com/x/">${escaped(markup)}</content>`)
    expect((await contentOf(document, 'html'))?.html).toBe(
      '<p><a href="https://cdn.example.com/a?b=1&amp;c">x</a><img src="https://cdn.example.com/x/p.jpg" alt="" width="640" height="480" /></p>',
    )
  })

  it.each([
    ['scripts', '<p>a<script>alert(1)</script></p>', '<p>a</p>'],
    ['styles', '<style>p{}</style><p style="color:red" class="x" id="y">a</p>', '<p>a</p>'],
    ['handlers of events', '<p onclick="x()">a<img src="/p.jpg" onerror="x()"></p>', /^<p>a<img [^<>]*\/><\/p>$/],
    ['addresses that run code', '<p><a href="javascript:x()">a</a></p>', '<p>a</p>'],
    ['pictures in addresses', '<p>a<img src="data:image/gif;base64,R0lGODlhAQ"></p>', '<p>a</p>'],
    ['forms', '<form action="/x"><input name="a"><button>Go</button></form><p>a</p>', '<p>a</p>'],
    ['pixels that count readers', '<p>a<img src="https://t.example/x.gif" width="1" height="1"></p>', '<p>a</p>'],
    ['counters', '<p>a<img src="https://pixel.wp.com/b.gif?x=1"></p>', '<p>a</p>'],
    ['elements of nothing', '<p></p><div><p> </p></div><p>a</p>', '<p>a</p>'],
    ['elements it does not know', '<center><font color="red"><p>a</p></font></center>', '<p>a</p>'],
  ])('HTML of an article is without %s', (_, markup, expected) => {
    if (typeof expected === 'string') expect(html(markup)).toBe(expected)
    else expect(html(markup)).toMatch(expected)
  })

  it('HTML of an article has links in place of embeds, one a recording', () => {
    expect(html('<iframe src="//www.youtube.com/embed/x" title="The vote"></iframe>')).toBe(
      '<a href="https://www.youtube.com/embed/x">The vote</a>',
    )
    expect(html('<video><source src="/v.mp4"><source src="/v.webm"></video>')).toBe(
      '<a href="https://news.example.com/v.mp4">news.example.com</a>',
    )
  })

  it('HTML of an article has the pictures that scripts would have loaded', () => {
    expect(html('<img src="data:image/gif;base64,x" data-src="/late.jpg">')).toContain('/late.jpg"')
    expect(html('<img srcset="/s.jpg 300w, /l.jpg 1200w">')).toContain('/l.jpg"')
  })

  it('HTML of an article whose markup is crossed or never closed is well-formed', () => {
    expect(html('<p>a<b>b<i>c</b>d</i><ul><li>e<li><a href="/x">f')).toBe(
      '<p>a<b>b<i>c</i></b>d</p><ul><li>e</li><li><a href="https://news.example.com/x">f</a></li></ul>',
    )
    expect(html(`${'<div>'.repeat(5_000)}deep`).match(/<div>/g)?.length).toBeLessThanOrEqual(40)
  })
})

describe('a text that is too long', () => {
  it('a text is cut after the last sentence that fits, and says so', async () => {
    const document = item(`<content:encoded>${SENTENCE.repeat(300)}</content:encoded>`)
    const content = await contentOf(document, 'text', 2_048)
    expect(content?.text?.endsWith('hear.')).toBe(true)
    expect(Buffer.byteLength(content?.text ?? '')).toBeLessThanOrEqual(2_048)
    // Those of the whole text.
    expect(content).toMatchObject({ isCut: true, words: 18 * 300, minutes: Math.round((18 * 300) / 238) })
  })

  it.each([100, 101, 102, 103])('a text in a script without blanks is cut to %i bytes within no character', bytes => {
    const cut = cutText('港口重新开放后渡轮再次运行'.repeat(20), bytes)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes)
    expect(cut).toMatch(/^[\u4e00-\u9fff]{20,}…$/)
  })

  it('a text without sentences is cut after a word', () => {
    expect(cutText('harbour '.repeat(100), 100)).toBe(`${'harbour '.repeat(12).trim()}…`)
  })

  it('HTML is cut to every size and stays well-formed', () => {
    const whole = sanitise(
      `<h2>A &amp; B</h2><ul><li>one <b>two <a href="/x?a=1&amp;b=2">three &lt;four&gt;</a></b></li></ul><p>${SENTENCE}<br>é港</p>`,
      PAGE,
    )
    for (let bytes = 1; bytes <= Buffer.byteLength(whole); bytes += 1) {
      const cut = cutHtml(whole, bytes)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes)
      // Reading it again changes nothing: every element is closed, every character reference whole.
      expect(sanitise(cut, PAGE)).toBe(sanitise(sanitise(cut, PAGE), PAGE))
      expect(cut.match(/<(?!\/|br)/g)?.length ?? 0).toBe(cut.match(/<\//g)?.length ?? 0)
      expect(cut).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/)
    }
    expect(cutHtml(whole, Buffer.byteLength(whole))).toBe(whole)
  })
})

describe('reading time', () => {
  it.each([
    ['English', "The mayor's well-known plan costs 3.5 million.", 7],
    ['German', 'Der Hafen öffnet wieder.', 4],
    ['Chinese', '港口重新开放', 3],
    ['Japanese', '港が再開した', 4],
    ['Thai', 'ท่าเรือเปิดอีกครั้ง', 4],
    ['Chinese with English names', '苹果公司的 iPhone 17', 5],
    ['nothing', ' — ', 0],
  ])('words of %s are counted as its readers would', (_, text, words) => {
    expect(Math.abs(countWords(text) - words)).toBeLessThanOrEqual(words === 0 ? 0 : 1)
  })

  it('reading takes a minute for 238 words, and no less than one', () => {
    expect([0, 238, 476, 1_190].map(readingMinutes)).toEqual([1, 1, 2, 5])
  })
})

describe('enclosures', () => {
  it('enclosures are recordings and enclosed pictures with type, bytes and seconds, each once', async () => {
    const found = await read(
      item(`<enclosure url="/e.mp3" type="audio/mpeg" length="1024"/><enclosure url="/p.jpg" type="image/jpeg"/>
        <enclosure url="/x.pdf" type="application/pdf"/><itunes:duration>1:02:03</itunes:duration>
        <media:content url="/v.mp4" type="video/mp4" duration="61" fileSize="2048"/><media:content url="/e.mp3" type="audio/mpeg"/>
        <media:content url="/q.jpg" type="image/jpeg"/>`),
    )
    expect(found.enclosures).toEqual([
      { url: 'https://news.example.com/e.mp3', type: 'audio/mpeg', length: 1_024, duration: 3_723 },
      { url: 'https://news.example.com/p.jpg', type: 'image/jpeg' },
      { url: 'https://news.example.com/v.mp4', type: 'video/mp4', length: 2_048, duration: 61 },
    ])
    expect(found.enclosure).toEqual(found.enclosures?.[0])
  })

  it('enclosures of a JSON Feed last as long as they say', async () => {
    const attachments = [
      { url: '/e.mp3', mime_type: 'audio/mpeg', size_in_bytes: 9, duration_in_seconds: 65 },
      { url: '/p.png', mime_type: 'image/png' },
    ]
    expect((await read(json({ attachments }))).enclosures).toEqual([
      { url: 'https://news.example.com/e.mp3', type: 'audio/mpeg', length: 9, duration: 65 },
      { url: 'https://news.example.com/p.png', type: 'image/png' },
    ])
  })

  it.each(['', 'abc', '1:2:3:4', '-5', '0', '99999999999'])(
    'enclosures have no duration where it is %j',
    async written => {
      const document = item(`<enclosure url="/e.mp3" type="audio/mpeg"/><itunes:duration>${written}</itunes:duration>`)
      expect((await read(document)).enclosures?.[0]).not.toHaveProperty('duration')
    },
  )
})

describe('packed content', () => {
  it('a packed text is read back as it was, is smaller, and is the same bytes each time', () => {
    const content = { text: SENTENCE.repeat(20), words: 340, minutes: 1, from: 'feed' } as const
    const packed = packContent(content)
    expect(unpackContent(packed)).toEqual(content)
    expect(packed.length).toBeLessThan(content.text.length / 4)
    expect(packContent(content).equals(packed)).toBe(true)
    expect(unpackContent(null)).toBeNull()
  })
})

describe('markup made to harm', () => {
  it.each([
    ['nested elements', '<div>'.repeat(100_000)],
    ['nested lists', '<ul><li>'.repeat(50_000)],
    ['tables without end', '<table><tr><td>'.repeat(40_000)],
    ['links without end', '<a href="/x">'.repeat(60_000)],
    ['counters', '<p>a</p><img src="https://pixel.wp.com/x">'.repeat(20_000)],
    ['brackets', '<'.repeat(900_000)],
    ['ampersands', '&'.repeat(900_000)],
    ['comments that never end', '<!--'.repeat(200_000)],
    ['a tag that never ends', `<img ${'a '.repeat(400_000)}`],
    ['blanks', `${' '.repeat(900_000)}x`],
    ['half sentences', 'a. B'.repeat(200_000)],
  ])('the text of an article made of %s costs little', async (_, markup) => {
    for (const keep of ['text', 'html'] as const) {
      const started = process.cpuUsage()
      await buildContents([{ summary: null, content: { markup, kind: 'html', base: PAGE } }], { keep, bytes: 20_480 })
      const { user, system } = process.cpuUsage(started)
      // Some 100 ms; a machine under load is given ten times as long.
      expect((user + system) / 1_000).toBeLessThan(2_000)
    }
  })
})

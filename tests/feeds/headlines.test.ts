import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headlineText } from '../../src/feeds/fields/headline.ts'
import { parseFeed } from '../../src/feeds/index.ts'
import { atom, bytesOf, rss } from './build.ts'

const first = async (document: string) => (await parseFeed(bytesOf(document))).items[0]
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const entry = (name: string, text: string, attributes = '') =>
  first(atom(`<entry><${name}${attributes}>${escapeXml(text)}</${name}></entry>`))
const sitemap = (title: string) =>
  `<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc><news:news><news:title>${escapeXml(title)}</news:title></news:news></url></urlset>`

/** Titles in which nothing is markup, whatever the format. */
const ABOUT_TAGS = [
  'Why an <iframe> broke the timetable',
  '<script> tags took the site down',
  'The <video> element turns 15',
  'Vector<String> explained',
  'Map<String, List<Integer>> in ten minutes',
  'if x<y then',
  'How <b> differs from <strong>',
  'What a </body> is for',
  'The <input type="date"> field',
  'The <img> element at 30',
  'a <!-- that never ends',
  '<3 for the library',
  'Prices 5 < 6 > 4',
]

describe('a title about tags', () => {
  it.each(ABOUT_TAGS)('the title %j is published whole, whichever format carries it', async title => {
    expect(await entry('title', title)).toMatchObject({ title })
    expect(await entry('title', title, ' type="text"')).toMatchObject({ title })
    expect(await first(rss(`<item><title>${escapeXml(title)}</title></item>`))).toMatchObject({ title })
    expect(await first(rss(`<item><title>${escapeXml(escapeXml(title))}</title></item>`))).toMatchObject({ title })
    expect(await first(JSON.stringify({ items: [{ id: '1', title }] }))).toMatchObject({ title })
    expect(await first(sitemap(title))).toMatchObject({ title })
  })

  it.each(ABOUT_TAGS.filter(each => !each.includes('"')))(
    'the title %j is published whole, even if its publisher calls it HTML and escaped it only once',
    async title => {
      expect(await entry('title', title, ' type="html"')).toMatchObject({ title })
    },
  )

  it.each(['<b>Bold</b> is markup in HTML', 'Use <em>emphasis</em> sparingly'])(
    'the title %j is text where the format says that it is text, and markup elsewhere',
    async title => {
      const plain = title.replace(/<[^>]*>/g, '')
      expect(await entry('title', title, ' type="text"')).toMatchObject({ title })
      expect(await entry('title', title, ' type="html"')).toMatchObject({ title: plain })
      expect(await first(JSON.stringify({ items: [{ id: '1', title }] }))).toMatchObject({ title })
      expect(await first(rss(`<item><title>${escapeXml(title)}</title></item>`))).toMatchObject({ title: plain })
    },
  )
})

describe('markup in a title', () => {
  it.each([
    ['<b>Bold</b> and <i>italic</i>', 'Bold and italic'],
    ['<b>Crossed <i>over</b> here</i>', 'Crossed over here'],
    ['<a href="https://a.example/?a=1&amp;b=2" title="x > y">Linked</a> title', 'Linked title'],
    ['<p>Whole</p>', 'Whole'],
    ['<div><p>One</p><p>Two</p></div>', 'One Two'],
    ['Line one<br>line two<br/>line three', 'Line one line two line three'],
    ['un<wbr>believable', 'unbelievable'],
    ['<img src="https://a.example/1.png" alt="">Pictured', 'Pictured'],
    ['<!-- ad -->Plain', 'Plain'],
    ['<![CDATA[In a section & more]]>', 'In a section & more'],
    ['Safe<script>alert(1)</script>', 'Safe'],
    ['Clip <iframe src="https://a.example/v"></iframe> here', 'Clip here'],
    ['<span class="kicker">Live:</span> <em>the</em> vote', 'Live: the vote'],
  ])('the title %j in RSS is %j', async (markup, title) => {
    expect(await first(rss(`<item><title>${escapeXml(markup)}</title></item>`))).toMatchObject({ title })
  })

  it('a title of type xhtml in which an element closes itself is read whole', async () => {
    const title =
      '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Before <iframe src="x"/>after</div></title>'
    expect(await first(atom(`<entry>${title}</entry>`))).toMatchObject({ title: 'Before after' })
  })

  it('a headline is text without control characters for any input, in time linear in it', () => {
    const parts = fc.constantFrom('<', '>', 'b', '</b>', '<b', '<i>', '"', "'", '=', ' ', '<!--', '<![CDATA[', '&', ';')
    fc.assert(
      fc.property(
        fc.array(parts, { maxLength: 60 }),
        fc.constantFrom('html', 'xml', 'unknown', 'text'),
        (some, kind) => {
          expect(headlineText(some.join(''), kind)).toMatch(/^(?:\S|\S.*\S)?$/u)
        },
      ),
    )
    for (const part of ['<', '<a ', '<a "', '</b>', '<b>', '<!--', '<![CDATA[', '&#38;', '<p>x</p>'])
      expect(headlineText(part.repeat(200_000), 'html').length).toBeLessThan(20_001)
  })
})

describe('entities that were escaped twice', () => {
  it.each(['It&rsquo;s', 'Q&amp;A', 'caf&eacute;', '&#8216;Quoted&#8217;', 'It&rsquo;s the <video> element'])(
    'the text %j is decoded in titles, authors and categories',
    async written => {
      const text = written
        .replace('&rsquo;', '’')
        .replace('&amp;', '&')
        .replace('&eacute;', 'é')
        .replace('&#8216;', '‘')
        .replace('&#8217;', '’')
      const twice = escapeXml(written)
      expect(
        await first(
          rss(
            `<item><title>${twice}</title><dc:creator>${twice}</dc:creator><category>${twice}</category><description>Text</description></item>`,
          ),
        ),
      ).toMatchObject({ title: text, author: text, categories: [text] })
      expect(
        await first(
          atom(
            `<entry><title>${twice}</title><author><name>${twice}</name></author><category term="${twice}"/></entry>`,
          ),
        ),
      ).toMatchObject({ title: text, author: text, categories: [text] })
      const item = { id: '1', title: written, authors: [{ name: written }], tags: [written] }
      expect(await first(JSON.stringify({ items: [item] }))).toMatchObject({
        ...{ title: text, author: text, categories: [text] },
      })
    },
  )
})

describe('the summary of an item', () => {
  it.each([
    ['summary', ''],
    ['summary', ' type="text"'],
    ['content', ' type="text"'],
  ])('Atom text in <%s%s> is published as it is', async (name, attributes) => {
    const summary = 'The <iframe> element, <b>in bold</b>, if x<y.'
    expect(await entry(name, summary, attributes)).toMatchObject({ summary })
  })

  it('Atom HTML that was escaped without saying so is read as HTML', async () => {
    expect(await entry('summary', '<p>One <b>two</b></p><p>Three</p>')).toMatchObject({ summary: 'One two Three' })
  })

  it('a description in RSS that holds no HTML keeps what only looks like a tag', async () => {
    const summary = 'The <video> element turns 15, and Vector<String> is explained.'
    expect(await first(rss(`<item><description>${escapeXml(summary)}</description></item>`))).toMatchObject({ summary })
  })

  it('a description in HTML is not hidden by an element that never ends', async () => {
    const markup = '<p>Before.</p><video src="x.mp4"><p>After.</p>'
    expect(await first(rss(`<item><description>${escapeXml(markup)}</description></item>`))).toMatchObject({
      summary: 'Before. After.',
    })
  })
})

describe('an item without a title', () => {
  const text = 'The council voted for the new harbour on Monday. The works begin in May.'

  it.each([
    '',
    'No title',
    '(no title)',
    'Untitled',
    'untitled post',
    'null',
    'undefined',
    '-',
    '…',
    'Ohne Titel',
    '無題',
  ])('an item whose title is %j gets one from its text, marked as such', async title => {
    const made = { title: 'The council voted for the new harbour on Monday', titleFrom: 'text' }
    expect(await first(rss(`<item><title>${title}</title><description>${text}</description></item>`))).toMatchObject(
      made,
    )
    expect(await first(atom(`<entry><title>${title}</title><content>${text}</content></entry>`))).toMatchObject(made)
    expect(await first(JSON.stringify({ items: [{ id: '1', title, content_text: text }] }))).toMatchObject(made)
  })

  it.each(['{{ title }}', '%title%', '[object Object]', '\u200b', '?', '***'])(
    'a title %j that says nothing is none',
    async title => {
      const [item] = (
        await parseFeed(bytesOf(rss(`<item><title>${title}</title><description>Ships wait</description></item>`)))
      ).items
      expect(item).toMatchObject({ title: 'Ships wait', titleFrom: 'text' })
    },
  )

  it('an item with a title of its own is not marked', async () => {
    const item = await first(rss(`<item><title>Null Island</title><description>${text}</description></item>`))
    expect(item).toMatchObject({ title: 'Null Island' })
    expect(item).not.toHaveProperty('titleFrom')
  })

  it('an item without title and text has no title', async () => {
    expect(await first(rss('<item><title>Untitled</title><link>https://a.example/1</link></item>'))).toMatchObject({
      title: null,
    })
  })

  it.each([
    ['a long sentence ends after a word', `${'harbour '.repeat(30)}.`, /^(?:harbour )+harbour…$/],
    [
      'an abbreviation does not end it',
      'The visit of Mr. Smith to the town of Dr. Jones. More.',
      /^The visit .* Jones$/,
    ],
    ['a question keeps its mark', 'Will the council vote on Monday? It may.', /Monday\?$/],
    [
      'a script without blanks is cut within no character',
      '議会は月曜日に新しい港を承認した'.repeat(20),
      /^.{20,100}…$/u,
    ],
  ])('of the title that is made of a text, %s', async (_, description, title) => {
    expect((await first(rss(`<item><description>${description}</description></item>`)))?.title).toMatch(title)
  })
})

import { describe, expect, it } from 'vitest'
import { parseFeed } from '../../src/feeds/index.ts'
import { atom, bytesOf, rss } from './build.ts'

const first = async (document: string) => (await parseFeed(bytesOf(document))).items[0]

describe('summaries', () => {
  it.each([
    [
      'in Atom as HTML',
      atom('<entry><summary type="html">&lt;p>The &amp;lt;video> element turns 15&lt;/p></summary></entry>'),
    ],
    [
      'in Atom as XHTML',
      atom(
        '<entry><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">The &lt;video> element turns 15</div></summary></entry>',
      ),
    ],
    ['in RSS as HTML', rss('<item><description>&lt;p>The &amp;lt;video> element turns 15&lt;/p></description></item>')],
    [
      'in a CDATA section',
      rss('<item><description><![CDATA[<p>The &lt;video> element turns 15</p>]]></description></item>'),
    ],
  ])('angle brackets that are escaped within markup are to be seen: %s', async (_, document) => {
    expect(await first(document)).toMatchObject({ summary: 'The <video> element turns 15' })
  })

  it.each([
    [
      'its element holds escaped HTML alone, which shows nothing',
      atom(
        '<entry><title>Fire</title><content type="html"><div xmlns="http://www.w3.org/1999/xhtml">&lt;img src="/a.jpg"></div></content></entry>',
      ),
    ],
    ['all of it says where it appeared', rss('<item><description>Read more</description></item>')],
  ])('an item has no summary, rather than an empty one, where %s', async (_, document) => {
    expect(await first(document)).toMatchObject({ summary: null })
  })

  it('HTML all of which was escaped twice is read as HTML', async () => {
    const item = '<item><description>&amp;lt;p&amp;gt;Fire &amp;amp;amp; smoke&amp;lt;/p&amp;gt;</description></item>'
    expect(await first(rss(item))).toMatchObject({ summary: 'Fire & smoke' })
  })

  it('escaped HTML within an element of type html is HTML', async () => {
    const entry =
      '<entry><content type="html"><div xmlns="http://www.w3.org/1999/xhtml">Fire &lt;b>and&lt;/b> smoke</div></content></entry>'
    expect(await first(atom(entry))).toMatchObject({ summary: 'Fire and smoke' })
  })

  it('content:encoded is HTML, whatever tags are in it', async () => {
    const item = '<item><content:encoded>Fire &lt;object classid="x"> and smoke</content:encoded></item>'
    expect(await first(rss(item))).toMatchObject({ summary: 'Fire and smoke' })
  })

  it('a tag without attributes in a description without other markup is text', async () => {
    const item = '<item><description>Why an &lt;iframe&gt; broke the timetable</description></item>'
    expect(await first(rss(item))).toMatchObject({ summary: 'Why an <iframe> broke the timetable' })
  })

  it('an element that never ends does not hide the tags within its text', async () => {
    const item = '<item><description>&lt;p>Fire &lt;iframe> and &lt;b>smoke&lt;/b>&lt;/p></description></item>'
    expect(await first(rss(item))).toMatchObject({ summary: 'Fire and smoke' })
  })

  it.each([
    ['of the item', '<body><p>Fire <b>and</b> smoke</p><img src="https://n.example/1.jpg" width="600"/></body>'],
    [
      'of XHTML',
      '<body xmlns="http://www.w3.org/1999/xhtml"><p>Fire <b>and</b> smoke</p><img src="https://n.example/1.jpg" width="600"/></body>',
    ],
    [
      'under a prefix',
      '<x:body xmlns:x="http://www.w3.org/1999/xhtml"><x:p>Fire <x:b>and</x:b> smoke</x:p><x:img src="https://n.example/1.jpg" width="600"/></x:body>',
    ],
  ])('text and picture are read from a body of elements alone: %s', async (_, body) => {
    expect(await first(rss(`<item>${body}</item>`))).toMatchObject({
      summary: 'Fire and smoke',
      image: 'https://n.example/1.jpg',
    })
  })
})

import { describe, expect, it } from 'vitest'
import { readItem } from '../../src/feeds/fields/fields.ts'
import { readLeniently } from '../../src/feeds/xml/lenient.ts'
import { readStrictly } from '../../src/feeds/xml/strict.ts'
import { atom, rss } from './build.ts'

const OWN = `<title>Bridge reopens</title><link>https://a.example/1</link><guid isPermaLink="false">g1</guid>
<description>After two years.</description><pubDate>Mon, 04 May 2026 08:30:00 GMT</pubDate>`
const OTHERS = `<media:title>A picture</media:title><itunes:title>An episode</itunes:title><media:description>Of it</media:description>
<media:group><media:title>A film</media:title><media:content url="https://a.example/1.jpg" medium="image"/></media:group>
<dc:date>2020-01-01T00:00:00Z</dc:date><source url="https://s.example/f">Elsewhere</source>
<atom:link rel="self" href="https://a.example/self"/><p:title xmlns:p="https://podcastindex.org/namespace/1.0">P</p:title>`
const CHANNEL = `<link>https://a.example/</link><image><title>Logo</title><link>https://img.example/</link><url>https://a.example/l.png</url></image>
<textInput><title>Find</title><link>https://find.example/</link><name>q</name></textInput><media:title>M</media:title><itunes:title>I</itunes:title>`
const ENTRY = `<title>Bridge reopens</title><link href="https://a.example/1"/><id>g1</id><summary>After two years.</summary>
<published>2026-05-04T08:30:00Z</published><updated>2026-05-04T08:30:00Z</updated>`
const SOURCE = `<source><id>s1</id><title>Elsewhere</title><link href="https://s.example/"/><author><name>S</name></author>
<published>2020-01-01T00:00:00Z</published><updated>2020-01-01T00:00:00Z</updated></source>`

const BRIDGE = {
  title: 'Bridge reopens',
  link: 'https://a.example/1',
  id: 'g1',
  published: '2026-05-04T08:30:00Z',
  summary: 'After two years.',
}

describe.each([
  ['rss-parser', readStrictly],
  ['the second reader', async (text: string) => readLeniently(text)],
])('elements of one local name, read by %s,', (_, read) => {
  it.each([
    ['RSS, the others behind', rss(`<item>${OWN}${OTHERS}</item>`, CHANNEL), null],
    ['RSS, the others before', rss(`<item>${OTHERS}${OWN}</item>`, CHANNEL), null],
    // Of its source an entry has the author alone (RFC 4287, 4.2.1).
    ['Atom, its source behind', atom(`<entry>${ENTRY}${SOURCE}</entry>`), 'S'],
    ['Atom, its source before', atom(`<entry>${SOURCE}${ENTRY}</entry>`), 'S'],
  ])('elements with the same local name are not confused in %s, by either reader', async (_, text, author) => {
    const feed = await read(text)
    const [item = {}] = feed?.items ?? []
    const context = { format: feed?.format ?? 'rss', base: 'https://a.example/', language: null }
    expect(readItem(item, context)).toMatchObject({ ...BRIDGE, author })
    expect(feed?.channel.title).toHaveLength(1)
  })
})

import { describe, expect, it } from 'vitest'
import { identify } from '../../src/feeds/identity.ts'
import { parseFeed } from '../../src/feeds/index.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { atom, bytesOf, rss } from './build.ts'

const read = async (document: string) => (await parseFeed(bytesOf(document))).items
const first = async (document: string) => (await read(document))[0]
const ofRss = (elements: string) => first(rss(`<item><title>T</title>${elements}</item>`))
const named = (...names: string[]) => names.map(name => ({ name }))

describe('the authors of an item in RSS', () => {
  it.each([
    ['<author>jane@news.example (Jane Doe)</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>Jane Doe (jane@news.example)</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>Jane Doe &lt;jane@news.example&gt;</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>mailto:jane@news.example (Jane Doe)</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>Jane Doe (mailto:jane@news.example)</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>Jane Doe [jane@news.example]</author>', 'Jane Doe', named('Jane Doe')],
    ['<author>jane@news.example</author>', null, undefined],
    ['<author>mailto:jane@news.example</author>', null, undefined],
    ['<author>null</author>', null, undefined],
    ['<dc:creator>undefined</dc:creator><author>Jane Doe</author>', 'Jane Doe', named('Jane Doe')],
    [
      '<dc:creator>Jane Doe</dc:creator><dc:creator>Al Wu</dc:creator><dc:creator>Jane Doe</dc:creator>',
      'Jane Doe, Al Wu',
      named('Jane Doe', 'Al Wu'),
    ],
    ['<dc:creator>Jane Doe and Al Wu</dc:creator>', 'Jane Doe and Al Wu', named('Jane Doe', 'Al Wu')],
    ['<dc:creator>Jane Doe, Al Wu; Bo Li</dc:creator>', 'Jane Doe, Al Wu; Bo Li', named('Jane Doe', 'Al Wu', 'Bo Li')],
    ['<dc:creator>山田太郎、김민준</dc:creator>', '山田太郎、김민준', named('山田太郎', '김민준')],
    ['<dc:creator>Zoë Doe, 山田太郎</dc:creator>', 'Zoë Doe, 山田太郎', named('Zoë Doe', '山田太郎')],
    ['<dc:creator>ليلى حداد، سامي نور</dc:creator>', 'ليلى حداد، سامي نور', named('ليلى حداد', 'سامي نور')],
    [
      '<author>jane@news.example (Jane Doe), al@news.example (Al Wu)</author>',
      'Jane Doe, Al Wu',
      named('Jane Doe', 'Al Wu'),
    ],
    [
      '<author>Jane Doe &lt;jane@news.example&gt;, Al Wu &lt;al@news.example&gt;</author>',
      'Jane Doe, Al Wu',
      named('Jane Doe', 'Al Wu'),
    ],
    ['<author>Jane Doe | Al Wu</author>', 'Jane Doe | Al Wu', named('Jane Doe', 'Al Wu')],
    ['<author>Jane Doe, Political Editor</author>', 'Jane Doe, Political Editor', named('Jane Doe, Political Editor')],
    ['<author>Jane Doe, BBC News</author>', 'Jane Doe, BBC News', named('Jane Doe, BBC News')],
    ['<author>https://news.example/jane</author>', null, undefined],
    ['<author>Jane Doe https://news.example/jane</author>', 'Jane Doe', named('Jane Doe')],
    ['<author> , </author>', null, undefined],
    ['<media:credit role="photographer">Al Wu</media:credit>', null, undefined],
    ['<media:credit role="author">Jane Doe</media:credit>', 'Jane Doe', named('Jane Doe')],
    ['<dc:creator>By Jane Doe</dc:creator>', 'By Jane Doe', named('Jane Doe')],
    ['<dc:creator>Sammy Davis, Jr.</dc:creator>', 'Sammy Davis, Jr.', named('Sammy Davis, Jr.')],
    ['<dc:creator>Doe, Jane</dc:creator>', 'Doe, Jane', named('Doe, Jane')],
    ['<dc:creator>Marks &amp; Spencer</dc:creator>', 'Marks & Spencer', named('Marks & Spencer')],
    ['<atom:author><atom:name>Jane Doe</atom:name></atom:author>', 'Jane Doe', named('Jane Doe')],
    ['<a10:author><a10:name>Jane Doe</a10:name></a10:author>', 'Jane Doe', named('Jane Doe')],
    ['<dcterms:creator>Jane Doe</dcterms:creator>', 'Jane Doe', named('Jane Doe')],
  ])('the authors of an item in RSS are read from %s', async (elements, author, authors) => {
    const item = await ofRss(elements)
    expect([item?.author, item?.authors]).toEqual([author, authors])
  })

  it('the authors of an item are read under any prefix of their namespace, with their addresses', async () => {
    const person = '<p:name>Jane Doe</p:name><p:uri>https://a.example/jane</p:uri><p:email>jane@a.example</p:email>'
    const document = `<rss version="2.0" xmlns:p="http://www.w3.org/2005/Atom"><channel><item><title>T</title><p:author>${person}</p:author></item></channel></rss>`
    expect(await first(document)).toMatchObject({
      authors: [{ name: 'Jane Doe', url: 'https://a.example/jane' }],
    })
    expect(JSON.stringify(await first(document))).not.toContain('jane@')
  })
})

describe('the authors of an Atom entry', () => {
  const person = (name: string, more = '') => `<author><name>${name}</name>${more}</author>`
  const source = `<source><title>Other</title>${person('Source')}</source>`

  it.each([
    ['its own', `${person('Own')}${source}`, person('Feed'), 'Own', undefined],
    ["else its source's", source, person('Feed'), 'Source', 'source'],
    ["else its feed's", '', person('Feed'), 'Feed', 'feed'],
    ["else its feed's, though its own says nothing", person('null'), person('Feed'), 'Feed', 'feed'],
    ['none where nobody is named', '<author><email>a@b.example</email></author>', '', null, undefined],
  ])('the authors of an Atom entry are %s', async (_, elements, ofFeed, author, authorFrom) => {
    const item = await first(atom(`${ofFeed}<entry><title>T</title>${elements}</entry>`))
    expect([item?.author, item?.authorFrom]).toEqual([author, authorFrom])
  })

  it('any corrected name in a list of authors makes a known entry an edited one', async () => {
    const fingerprint = async (...names: string[]) => {
      const people = names.map(name => person(name)).join('')
      const outcome = await readFeed(bytesOf(atom(`<entry><title>T</title><id>urn:1</id>${people}</entry>`)))
      return outcome.kind === 'feed' ? identify(outcome.feed.items)[0]?.fingerprint : null
    }
    const six = ['A One', 'B Two', 'C Three', 'D Four', 'E Five', 'F Six']
    expect(await fingerprint(...six)).not.toBe(await fingerprint(...six.with(5, 'F Sixth')))
    expect(await fingerprint(...six)).not.toBe(await fingerprint(...six.with(0, 'A First')))
  })

  it('an author that an entry inherits of its feed does not make a known entry an edited one', async () => {
    const fingerprint = async (document: string) => {
      const outcome = await readFeed(bytesOf(document))
      return outcome.kind === 'feed' ? identify(outcome.feed.items)[0]?.fingerprint : null
    }
    const entry = '<entry><title>T</title><id>urn:1</id></entry>'
    expect(await fingerprint(atom(`${person('Feed')}${entry}`))).toBe(await fingerprint(atom(entry)))
  })

  it('several authors of an Atom entry have addresses of their own, resolved, if those are of the web', async () => {
    const uri = (address: string) => `<uri>${address}</uri>`
    const authors = [
      person('Jane Doe', uri('/jane')),
      person('Al Wu', uri('mailto:al@a.example')),
      person('Bo Li', uri('javascript:alert(1)')),
    ]
    const item = await first(atom(`<entry xml:base="https://a.example/"><title>T</title>${authors.join('')}</entry>`))
    expect(item).toMatchObject({
      author: 'Jane Doe, Al Wu, Bo Li',
      authors: [{ name: 'Jane Doe', url: 'https://a.example/jane' }, { name: 'Al Wu' }, { name: 'Bo Li' }],
    })
  })
})

describe('the authors of an item of a JSON Feed', () => {
  it('the authors of an item of a JSON Feed are its own, else its feed’s, without addresses of mail', async () => {
    const document = {
      authors: [{ name: 'Desk', url: 'https://a.example/' }],
      items: [
        {
          id: '1',
          title: 'T',
          authors: [{ name: 'Jane Doe', url: 'mailto:jane@a.example' }, { name: 'null' }, 'Al Wu'],
        },
        { id: '2', title: 'T', authors: [{ name: 'jane@a.example' }, { url: 'https://b.example/' }] },
      ],
    }
    expect((await read(JSON.stringify(document))).map(({ authors }) => authors)).toEqual([
      named('Jane Doe', 'Al Wu'),
      [{ name: 'Desk', url: 'https://a.example/' }],
    ])
  })
})

describe('the categories of an item', () => {
  it.each([
    ['<category scheme="https://a.example/s" term="pol" label="Politics"/>', ['Politics']],
    ['<category scheme="https://a.example/s" term="pol"/>', ['pol']],
    ['<category term="pol" label=""/>', ['pol']],
    ['<category term="https://a.example/topics/local-politics/"/>', ['local politics']],
    [
      '<category scheme="http://schemas.google.com/g/2005#kind" term="http://schemas.google.com/blogger/2008/kind#post"/>',
      [],
    ],
    ['<category scheme="http://www.blogger.com/atom/ns#" term="harbour"/>', ['harbour']],
    ['<category term="null"/><category term="Sea"/><category term="Sea" scheme="x"/>', ['Sea']],
  ])('the categories of an Atom entry with %s are what readers see', async (elements, categories) => {
    expect(await first(atom(`<entry><title>T</title>${elements}</entry>`))).toMatchObject({ categories })
  })

  it.each([
    ['<category domain="https://a.example/">Politics</category>', ['Politics']],
    ['<category>undefined</category><category>R&amp;D</category>', ['R&D']],
    ['<category>C++ &amp; Vector&lt;T&gt;</category>', ['C++ & Vector<T>']],
    ['<atom:category term="pol" label="Politics"/>', ['Politics']],
    ['<media:category scheme="x" label="Music">music/pop</media:category>', ['Music']],
    ['<itunes:category text="Technology"/>', ['Technology']],
    ['<dcterms:subject>Sea</dcterms:subject>', ['Sea']],
  ])('the categories of an item in RSS with %s are what readers see', async (elements, categories) => {
    expect(await ofRss(elements)).toMatchObject({ categories })
  })
})

import { describe, expect, it } from 'vitest'
import type { FeedFormat } from '../../src/feeds/documents/format.ts'
import { FORMATS } from '../../src/feeds/formats/index.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { assertWithoutSnippets } from '../../src/feeds/xml/rss-parser.ts'

/** Lines of title and address, behind `#lines`. */
const lines: FeedFormat = {
  name: 'lines',
  detect: start => start.startsWith('#lines'),
  read: async (start, { maxItems }) => ({
    kind: 'feed',
    feed: {
      ...{ format: 'lines', title: null, link: null, language: null, hints: {}, warnings: [] },
      items: start
        .split('\n')
        .slice(1, 1 + maxItems)
        .map(line => {
          const [title = '', link = ''] = line.split('\t')
          return {
            ...{ title, link, id: null, published: null, updated: null, author: null },
            ...{ categories: [], image: null, summary: null, language: null },
          }
        }),
    },
  }),
}
const bytes = new TextEncoder().encode(
  '\n#lines\nBridge reopens\thttps://courier.example/a\nMore\thttps://courier.example/b',
)

describe('a feed format that is added to the registry', () => {
  it('a feed format that is added to the registry reads the documents it recognises', async () => {
    const outcome = await readFeed(bytes, { maxItems: 1 }, [...FORMATS, lines])
    expect(outcome).toMatchObject({ kind: 'feed', feed: { format: 'lines', items: [{ title: 'Bridge reopens' }] } })
    expect(await readFeed(bytes)).toMatchObject({ kind: 'not-a-feed', reason: 'unknown-format' })
  })

  it('a feed format that is added to the registry leaves the documents of other formats to them', async () => {
    for (const [name, text] of [
      ['rss', '<rss version="2.0"><channel><item><title>a</title></item></channel></rss>'],
      ['atom', '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title></entry></feed>'],
      ['rdf', '<rdf:RDF xmlns="http://purl.org/rss/1.0/"><item><title>a</title></item></rdf:RDF>'],
      ['json', '{"version":"https://jsonfeed.org/version/1.1","items":[{"title":"a"}]}'],
      ['sitemap', '<urlset><url><loc>https://courier.example/a</loc></url></urlset>'],
    ] as const) {
      const outcome = await readFeed(new TextEncoder().encode(text), {}, [lines, ...FORMATS])
      expect(outcome).toMatchObject({ kind: 'feed', feed: { format: name } })
    }
  })
})

describe('rss-parser', () => {
  it('rss-parser is refused at load if it still makes snippets', () => {
    expect(() => assertWithoutSnippets('text')).toThrow('rss-parser 3.13.0 exactly')
    expect(() => assertWithoutSnippets('')).not.toThrow()
  })
})

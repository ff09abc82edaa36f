/** Documents that feed generators wrote from the same items (tests/fixtures/generators) are read back without loss. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { parseFeed } from '../../src/feeds/index.ts'

interface GivenItem {
  readonly key: string
  readonly title: string
  readonly link: string
  readonly id: string
  readonly published: string
  readonly authors: readonly string[]
  readonly categories: readonly { readonly label: string }[]
  readonly text: string
  readonly image?: string
  readonly enclosure?: object
}
type Field = 'link' | 'id' | 'authors' | 'categories' | 'image' | 'enclosure'

const FOLDER = new URL('../fixtures/generators/', import.meta.url)
const { items } = JSON.parse(readFileSync(new URL('items.json', FOLDER), 'utf8')) as { items: readonly GivenItem[] } // our own file
const DOCUMENTS = readdirSync(new URL('written/', FOLDER)).sort()

/** What a generator does not write, or was not given since its format has no place for it. */
const LACKS: Readonly<Record<string, readonly Field[]>> = {
  'astro.xml': ['id'],
  'django-atom.xml': ['image'],
  'django-rss.xml': ['image'],
  'feed-atom.xml': ['enclosure'],
  'feed.json': ['enclosure'],
  'feedgenerator-atom.xml': ['image'],
  'feedgenerator-rss.xml': ['image'],
  'hugo.xml': ['link', 'id', 'authors', 'categories', 'image', 'enclosure'],
  'jekyll-feed.xml': ['link', 'id', 'enclosure'],
  'ruby-atom.xml': ['enclosure'],
  'ruby-rss-1.0.xml': ['id', 'categories', 'enclosure'],
  'xml-atom.xml': ['enclosure'],
  'xml-rss-1.0.xml': ['id', 'categories', 'enclosure'],
}

/** What a generator wrote in place of what it was given. */
const ALTERS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  // One author an item.
  'feed.json': { authors: { authors: ['Jo Reed'] }, names: { authors: ['Zoë O’Brien-Müller'] } },
  // Titles without what looks like a tag, with typographic quotation marks.
  'jekyll-feed.xml': {
    generics: { title: 'Vector explained, and if x<y then' },
    quotes: { title: 'It’s “quoted” ‘twice’ `thrice`' },
    hebrew: { title: 'הכנסת: “חוק” 2.0 (בקריאה ראשונה)' },
  },
  // An ampersand that looks like the beginning of an entity is not escaped: these became tags.
  'xmlbuilder2.xml': { element: { summary: 'The and' } },
}

const givenFields = (item: GivenItem) => ({
  title: item.title.replace(/\s+/g, ' ') || 'The harbour opens again',
  titleFrom: item.title === '' ? 'text' : undefined,
  link: item.link,
  id: item.id,
  published: new Date(item.published).toISOString().replace('.000', ''),
  authors: item.authors,
  categories: item.categories.map(({ label }) => label),
  // One item has more text in its HTML than in its summary.
  summary: expect.stringMatching(item.key === 'relative' ? /^Text of relative\./ : /./),
  ...(item.key === 'relative' ? {} : { summary: item.text }),
  image: item.image ?? null,
  enclosure: item.enclosure,
})

const readFields = ({
  title,
  titleFrom,
  link,
  id,
  published,
  authorFrom,
  authors,
  categories,
  ...item
}: Omit<FeedItem, 'language' | 'content'>) => ({
  title,
  titleFrom,
  link,
  id,
  published,
  authors: authorFrom === undefined ? (authors ?? []).map(({ name }) => name) : [],
  categories,
  summary: item.summary,
  image: item.image,
  enclosure: item.enclosure,
})

describe('documents of feed generators', () => {
  it.each(DOCUMENTS)('what %s was written from is read back, but for what its generator left out', async name => {
    const bytes = readFileSync(new URL(`written/${name}`, FOLDER))
    const read = (await parseFeed(bytes, { url: 'https://news.example.com/feed' })).items
    expect(read).toHaveLength(items.length)
    // Site generators make their own addresses, and put the newest first.
    const isSite = name === 'hugo.xml' || name === 'jekyll-feed.xml'
    const lacks = LACKS[name] ?? []
    const without = (fields: object) =>
      Object.fromEntries(Object.entries(fields).filter(([field]) => !lacks.includes(field as Field)))
    for (const [index, item] of items.entries()) {
      const found = isSite ? read.find(({ link }) => link?.replace(/\/$/, '').endsWith(`/${item.key}`)) : read[index]
      expect(found).toBeDefined()
      if (found)
        expect({ key: item.key, ...without(readFields(found)) }).toEqual({
          key: item.key,
          ...without(givenFields(item)),
          ...ALTERS[name]?.[item.key],
        })
    }
  })
})

import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/articles/normalise.ts'
import type { Article } from '../../src/domain/article.ts'
import type { FeedItem } from '../../src/domain/feed-item.ts'
import { Section } from '../../src/domain/section.ts'
import { Source } from '../../src/domain/source.ts'
import { NOON } from '../support/articles.ts'
import { taxonomy } from '../support/taxonomy.ts'

const source = Source.parse({ id: 'courier', name: 'Courier', url: 'https://courier.example/rss', section: 'world' })

const anItem = (some: Partial<FeedItem> = {}): FeedItem => ({
  title: 'Harbour bridge reopens',
  link: 'https://courier.example/2026/05/harbour-bridge',
  id: null,
  published: '2026-05-04T11:00:00Z',
  updated: null,
  author: null,
  categories: [],
  image: null,
  summary: null,
  language: null,
  ...some,
})
const about = { source, feedLanguage: null, fetchedAt: NOON, taxonomy, maxAge: 30 * 86_400_000 }
const article = (some: Partial<FeedItem>): Article => normalise(anItem(some), about) as Article

describe('an item of a feed', () => {
  it('an item of a feed becomes an article with its own text, link and date', () => {
    expect(
      article({ author: 'A. Reed', image: 'https://courier.example/b.jpg', summary: 'It opens.', language: 'en_gb' }),
    ).toMatchObject({
      url: 'https://courier.example/2026/05/harbour-bridge',
      title: 'Harbour bridge reopens',
      summary: 'It opens.',
      author: 'A. Reed',
      image: 'https://courier.example/b.jpg',
      language: 'en-GB',
      publishedAt: NOON - 3_600_000,
      firstSeenAt: NOON,
      section: 'world',
      sources: ['courier'],
    })
  })

  it.each([
    ['is still to come', '2026-05-04T18:00:00Z'],
    ['is missing', null],
    ['is a default of some software', '1970-01-01T00:00:00Z'],
    ['cannot be read', 'yesterday-ish'],
  ])('an item of a feed gets the time it was first seen as its date if its date %s', (_, published) => {
    expect(article({ published }).publishedAt).toBe(NOON)
  })

  it.each([
    ['no-title', { title: ' ' }],
    ['no-link', { link: null }],
    ['bad-link', { link: 'javascript:alert(1)' }],
    ['bad-link', { link: `https://courier.example/${'a'.repeat(3_000)}` }],
    ['too-old', { published: '2026-01-01T00:00:00Z' }],
  ])('an item of a feed is refused as %s', (reason, some) => {
    expect(normalise(anItem(some), about)).toMatchObject({ kind: 'refused', reason })
  })

  it('an item of a feed brings no terminal escapes, bidirectional overrides or endless titles into a list', () => {
    const { title, author } = article({ title: `\u001b[31mRed\u202e ${'word '.repeat(200)}`, author: 'x'.repeat(500) })
    expect(title).not.toMatch(/[\u001b\u202e]/)
    expect(title.length).toBeLessThanOrEqual(300)
    expect(author?.length).toBeLessThanOrEqual(200)
  })

  it('an item of a feed brings its authors one by one, cleaned, with addresses of the web alone', () => {
    const authors = [
      { name: 'Jo\u001b Reed', url: 'https://courier.example/jo' },
      { name: ' ' },
      { name: 'Al Wu', url: 'javascript:alert(1)' },
    ]
    expect(article({ authors, titleFrom: 'text' })).toMatchObject({
      titleFrom: 'text',
      authors: [{ name: 'Jo Reed', url: 'https://courier.example/jo' }, { name: 'Al Wu' }],
    })
    expect(article({})).not.toHaveProperty('authors')
  })

  it('an item of a feed gets a picture only if its address is http or https', () => {
    expect(article({ image: 'data:image/png;base64,AA' }).image).toBeNull()
  })

  it('an item of a feed keeps at most ten pictures, only of http and https, its own first', () => {
    const images = Array.from({ length: 12 }, (_, each) => ({ url: `https://courier.example/${each}.jpg`, width: 640 }))
    const { image, images: kept } = article({
      image: 'https://courier.example/0.jpg',
      images: [{ url: 'ftp://courier.example/a.jpg' }, ...images],
    })
    expect(image).toBe('https://courier.example/0.jpg')
    expect(kept?.map(({ url }) => url)).toEqual(images.slice(0, 9).map(({ url }) => url))
  })

  it('an item of a feed says no more of its picture than there is to say', () => {
    const url = 'https://courier.example/b.jpg'
    expect(article({ image: url })).not.toHaveProperty('images')
    expect(article({ image: url, images: [{ url, alt: 'The\u202e bridge\u001b[1m' }] }).images).toEqual([
      { url, alt: 'The bridge [1m' },
    ])
  })
})

describe('the section of an article', () => {
  it.each([
    ['the source says, where nothing else does', {}, 'world'],
    ['its category says', { categories: ['Markets'] }, 'business'],
    ['a category in another language says', { categories: ['Wissenschaft'] }, 'science'],
    ['a path of categories says', { categories: ['News/Sport/Football'] }, 'sports'],
    ['its URL says', { link: 'https://courier.example/wirtschaft/zins-1.html' }, 'business'],
    ['its form says: opinion', { title: 'Editorial: the bridge we deserve' }, 'debate'],
    ['its form says: Meinung', { title: 'Kommentar: Die Brücke, die wir verdienen' }, 'debate'],
  ])('the section of an article is what %s', (_, some, section) => {
    expect(article(some).section).toBe(section)
  })

  it('an article has up to two more sections if the evidence supports them', () => {
    const { sections } = article({ categories: ['Health', 'Science', 'Politics', 'Sport'] })
    expect(sections[0]).toBe('health')
    expect(sections).toHaveLength(3)
  })

  it('an article keeps the evidence for its section, heaviest first', () => {
    const { evidence } = article({ categories: ['Markets'], link: 'https://courier.example/business/zins' })
    expect(evidence.map(({ from, what, section }) => `${section}: ${from} ${what}`)).toEqual([
      'business: category Markets',
      'business: url /business/',
      'world: source courier',
    ])
  })

  it('an article is put into a section of the operator by keywords alone', () => {
    const chess = Section.parse({ id: 'chess', labels: { en: 'Chess' }, words: ['grandmaster', 'checkmate', 'chess'] })
    const tagged = normalise(
      anItem({ title: 'Grandmaster announces checkmate in 30 moves', summary: 'A day for chess.' }),
      {
        ...about,
        taxonomy: [...taxonomy, chess],
      },
    )
    expect(tagged).toMatchObject({ section: 'chess' })
  })
})

import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/feeds/read.ts'
import { bytesOf } from './build.ts'

const SPACES = {
  '': 'http://www.sitemaps.org/schemas/sitemap/0.9',
  news: 'http://www.google.com/schemas/sitemap-news/0.9',
  image: 'http://www.google.com/schemas/sitemap-image/1.1',
  video: 'http://www.google.com/schemas/sitemap-video/1.1',
}

const declared = (spaces: Readonly<Record<string, string>>) =>
  Object.entries(spaces)
    .map(([prefix, uri]) => ` xmlns${prefix === '' ? '' : ':'}${prefix}="${uri}"`)
    .join('')

const sitemap = (urls: string, spaces: Readonly<Record<string, string>> = SPACES) =>
  `<?xml version="1.0"?><urlset${declared(spaces)}>${urls}</urlset>`

const NEWS = `<news:news><news:publication><news:name>The Courier</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-05-04T08:30:00Z</news:publication_date><news:title>Bridge reopens</news:title><news:keywords>Harbour, Port Ellin</news:keywords></news:news>`
const IMAGES = `<image:image><image:loc>https://a.example/1.jpg</image:loc><image:title>The bridge</image:title></image:image>
<image:image><image:loc>https://a.example/2.jpg</image:loc></image:image>`
const VIDEO = `<video:video><video:title>Watch the bridge</video:title><video:thumbnail_loc>https://a.example/v.jpg</video:thumbnail_loc>
<video:publication_date>2020-01-01T00:00:00Z</video:publication_date><video:language>de</video:language><video:keywords>Film</video:keywords><video:name>Tube</video:name></video:video>`
const LOC = '<loc>https://a.example/bridge</loc><lastmod>2026-05-04T09:00:00Z</lastmod>'

const only = async (text: string) => {
  const read = await readFeed(bytesOf(text))
  if (read.kind !== 'feed') throw new Error(read.detail)
  expect(read.feed.items).toHaveLength(1)
  return { feed: read.feed, item: read.feed.items[0] }
}

const BRIDGE = {
  title: 'Bridge reopens',
  link: 'https://a.example/bridge',
  published: '2026-05-04T08:30:00Z',
  updated: '2026-05-04T09:00:00Z',
  image: 'https://a.example/1.jpg',
  language: 'en',
  categories: ['Harbour', 'Port Ellin'],
}

/** The same document under other prefixes. */
const renamed = (text: string, to: Readonly<Record<string, string>>) =>
  Object.entries(to).reduce(
    (all, [from, prefix]) => all.replaceAll(`<${from}:`, `<${prefix}:`).replaceAll(`</${from}:`, `</${prefix}:`),
    text,
  )
const PREFIXES = { news: 'n', image: 'i', video: 'v' }

describe('a news sitemap', () => {
  it.each([
    ['images and a video behind the news', sitemap(`<url>${LOC}${NEWS}${IMAGES}${VIDEO}</url>`)],
    ['images and a video before the news', sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`)],
    ['the address behind all', sitemap(`<url>${VIDEO}${IMAGES}${NEWS}${LOC}</url>`)],
    [
      'other prefixes',
      sitemap(renamed(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, PREFIXES), {
        '': SPACES[''],
        n: SPACES.news,
        i: SPACES.image,
        v: SPACES.video,
      }),
    ],
    [
      'prefixes swapped',
      sitemap(renamed(`<url>${LOC}${VIDEO}${NEWS}${IMAGES}</url>`, { news: 'x', video: 'news' }), {
        ...SPACES,
        news: SPACES.video,
        x: SPACES.news,
      }),
    ],
    ['prefixes that nobody declared', sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, {})],
    [
      'a prefix for its own elements',
      sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, { ...SPACES, s: SPACES[''] }).replace(
        /<(\/?)(urlset|url|loc|lastmod)\b/g,
        '<$1s:$2',
      ),
    ],
    ['no prefixes at all', sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, {}).replace(/<(\/?)\w+:/g, '<$1')],
    [
      'namespaces declared in place',
      sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, {
        '': SPACES[''],
        video: SPACES.video,
        image: SPACES.image,
      }).replace('<news:news>', `<news:news xmlns:news="${SPACES.news}">`),
    ],
    [
      'a namespace by default in place',
      sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`)
        .replace('<news:news>', `<news:news xmlns="${SPACES.news}">`)
        .replace(/<(\/?)news:(?!news\b)/g, '<$1'),
    ],
    [
      'addresses of namespaces in another spelling',
      sitemap(`<url>${LOC}${VIDEO}${IMAGES}${NEWS}</url>`, {
        '': 'https://www.sitemaps.org/schemas/sitemap/0.9/',
        news: 'https://google.com/schemas/sitemap-news/0.9/',
        image: 'https://www.google.com/schemas/sitemap-image/1.1',
        video: SPACES.video,
      }),
    ],
    [
      'two dates of publication',
      sitemap(
        `<url>${LOC}${NEWS.replace('</news:publication_date>', '</news:publication_date><news:publication_date>2026-05-04T10:00:00Z</news:publication_date>')}${IMAGES}</url>`,
      ),
    ],
    ['a headline never closed', sitemap(`<url>${LOC}${IMAGES}${NEWS.replace('</news:title>', '')}</url>`)],
  ])('a news sitemap with %s yields one headline, one date and one picture', async (_, text) => {
    const { item, feed } = await only(text)
    expect(item).toMatchObject(BRIDGE)
    expect(feed.title).toBe('The Courier')
  })

  it('a news sitemap yields the first valid picture if others are empty or malformed', async () => {
    const images = `<image:image><image:loc> </image:loc></image:image><image:image><image:loc>data:image/png;base64,AA</image:loc></image:image>${IMAGES}`
    const { item } = await only(sitemap(`<url>${LOC}${NEWS}${images}</url>`))
    expect(item?.image).toBe('https://a.example/1.jpg')
  })

  it('a news sitemap yields the second date if the first is invalid', async () => {
    const { item } = await only(
      sitemap(
        `<url>${LOC}${NEWS.replace('<news:publication_date>', '<news:publication_date>soon</news:publication_date><news:publication_date>')}</url>`,
      ),
    )
    expect(item?.published).toBe(BRIDGE.published)
  })

  it('a news sitemap does not use the title of a video or a picture as headline', async () => {
    const read = await readFeed(bytesOf(sitemap(`<url>${LOC}${VIDEO}${IMAGES}</url><url>${LOC}${NEWS}</url>`)))
    const titles = read.kind === 'feed' ? read.feed.items.map(({ title }) => title) : []
    expect(titles.filter(Boolean)).toEqual(['Bridge reopens'])
  })
})

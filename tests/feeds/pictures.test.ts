import { describe, expect, it } from 'vitest'
import { FeedItemSchema } from '../../src/domain/feed-item.ts'
import { identify } from '../../src/feeds/identity.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { atom, bytesOf, rss } from './build.ts'

const GOOD = 'https://news.example.com/u/harbour.jpg'
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='

const readItem = async (document: string) => {
  const read = await readFeed(bytesOf(document), { url: 'https://news.example.com/feed.xml' })
  if (read.kind !== 'feed') throw new Error(read.detail)
  const [item] = read.feed.items
  if (!item) throw new Error('no item')
  return item
}
const item = (inner: string) =>
  readItem(rss(`<item><title>A</title><link>https://news.example.com/1</link>${inner}</item>`))
const html = (markup: string) => item(`<content:encoded><![CDATA[${markup}]]></content:encoded>`)
const entry = (inner: string) =>
  readItem(atom(`<entry><title>A</title><id>urn:1</id><link href="https://news.example.com/1"/>${inner}</entry>`))
const json = (some: object) =>
  readItem(
    JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      items: [{ id: '1', url: 'https://news.example.com/1', title: 'A', ...some }],
    }),
  )

describe('what is no picture of the matter', () => {
  it.each([
    ['a tracking pixel', '<img src="https://t.example/a?b=1" width="1" height="1">'],
    ['a tracking pixel by its style', '<img src="https://t.example/a" style="width:1px; height: 1px">'],
    ['a picture of no size', '<img src="https://t.example/a.gif" width=0 height=0>'],
    ['a rule', '<img src="https://news.example.com/line.png" width="600" height="2">'],
    ['a hidden picture', '<img src="https://t.example/a.png" style="display: none">'],
    ['a counter of VG Wort', '<img src="https://vg05.met.vgwort.de/na/0123456789">'],
    ['a counter of Blogger', '<img src="https://blogger.googleusercontent.com/tracker/1-2">'],
    ['a counter of Medium', '<img src="https://medium.com/_/stat?event=post.clientViewed">'],
    ['a counter of FeedBurner', '<img src="http://feeds.feedburner.com/~r/news/~4/abc">'],
    ['a counter of Matomo', '<img src="https://news.example.com/matomo.php?idsite=1">'],
    ['a counter of unknown size', '<img src="https://t.example/hit.gif">'],
    ['an address that counts openings', '<img src="https://t.example/open?id=1">'],
    ['a spacer', '<img src="https://news.example.com/img/spacer.gif">'],
    ['an emoji of WordPress', '<img src="https://s.w.org/images/core/emoji/15/72x72/1f600.png" class="wp-smiley">'],
    ['an emoji by its text', '<img src="https://cdn.example/e/1f600.png" alt="😀">'],
    ['a smiley', '<img src="https://forum.example/smilies/wink.png">'],
    ['a portrait from Gravatar', '<img src="https://secure.gravatar.com/avatar/abc?s=300" width="300" height="300">'],
    ['a portrait by its class', '<img src="https://cdn.example/jo.jpg" class="avatar photo" width="300" height="300">'],
    ['a portrait by its file', '<img src="https://cdn.example/img/avatar-96.jpg">'],
    [
      'a share button by its link',
      '<a href="https://www.facebook.com/sharer.php?u=1"><img src="https://x.example/f.png"></a>',
    ],
    ['a share button by its file', '<img src="https://news.example.com/icons/share-twitter.png">'],
    ['a share button of WordPress', '<img src="http://feeds.wordpress.com/1.0/delicious/news.wordpress.com/1/">'],
    ['an icon', '<img src="https://news.example.com/a.png" width="32" height="32">'],
    ['a banner', '<img src="https://news.example.com/b.jpg" width="728" height="90">'],
    ['an advertisement', '<img src="https://ad.doubleclick.net/ad/x.jpg">'],
    ['a picture in a comment', '<!-- <img src="https://news.example.com/old.jpg"> -->'],
    ['a picture in a script', '<script>var a = \'<img src="https://news.example.com/s.jpg">\'</script>'],
  ])('%s is not the picture of an item, the photograph after it is', async (_, markup) => {
    expect((await html(`${markup}<p>Text <img src="${GOOD}"></p>`)).image).toBe(GOOD)
    expect((await html(`<p>Text</p>${markup}`)).image).toBeNull()
  })

  it('a portrait from Gravatar is not the picture of an item though the feed says so', async () => {
    const { image } = await item(
      `<media:content url="https://0.gravatar.com/avatar/x?s=96" medium="image"/><media:content url="${GOOD}" medium="image"/>`,
    )
    expect(image).toBe(GOOD)
  })

  it('a photograph that is known to be large is the picture of an item, whatever its file is called', async () => {
    const facebook = 'https://news.example.com/u/facebook.png'
    expect((await html(`<img src="${facebook}" width="1200" height="800" class="ad-free">`)).image).toBe(facebook)
  })
})

describe('where a picture is', () => {
  it.each([
    ['lazy, behind a blank one', `<img src="https://news.example.com/blank.gif" data-src="${GOOD}">`],
    ['lazy, behind a data: URL', `<img src="${PIXEL}" data-lazy-src="${GOOD}">`],
    ['lazy, without src', `<img data-original='${GOOD}'>`],
    ['lazy, in a set', `<img src="${PIXEL}" data-srcset="https://news.example.com/s.jpg 320w, ${GOOD} 1280w">`],
    ['for readers without scripts', `<img src="/placeholder.png"><noscript><img src="${GOOD}"></noscript>`],
    ['in a set', `<img srcset="https://news.example.com/s.jpg 320w, ${GOOD} 1280w, /m.jpg 640w">`],
    ['in a set without blanks', `<img srcset="https://news.example.com/s.jpg 1x,${GOOD} 2x">`],
    ['in a set, wider than src', `<img src="/s.jpg" width="300" srcset="/s.jpg 300w, ${GOOD} 1200w">`],
    [
      'in the sources of picture',
      `<picture><source srcset="/s.webp 300w, ${GOOD} 900w"><img src="${PIXEL}"></picture>`,
    ],
    ['behind a picture of data', `<img src="data:image/png;base64,${'A'.repeat(120_000)}"><img src="${GOOD}">`],
    ['unquoted', `<img width=640 src=${GOOD}>`],
    ['in capitals', `<IMG WIDTH="640" SRC="${GOOD}">`],
    ['relative', '<img src="/u/harbour.jpg">'],
    ['relative to a scheme', '<img src="//news.example.com/u/harbour.jpg">'],
    ['of AMP', `<amp-img src="${GOOD}" width="900" height="600"></amp-img>`],
    ['a poster', `<video poster="${GOOD}"><source src="https://news.example.com/a.mp4"></video>`],
  ])('a picture in the text is found %s', async (_, markup) => {
    expect((await html(`<p>Text</p>${markup}`)).image).toBe(GOOD)
  })

  it.each([
    [
      'an enclosure of type Image/JPEG',
      '<enclosure url="https://news.example.com/p?id=3" type="Image/JPEG" length="1"/>',
    ],
    ['media:content of medium Image', '<media:content url="https://news.example.com/p?id=3" medium="Image"/>'],
    ['media:content with a size alone', '<media:content url="https://news.example.com/p/3" width="900" height="600"/>'],
    [
      'a thumbnail of a film',
      '<media:group><media:content url="https://news.example.com/f.mp4" type="video/mp4" width="1920"/><media:thumbnail url="https://news.example.com/p.jpg"/></media:group>',
    ],
    ['itunes:image', '<itunes:image href="https://news.example.com/p.jpg"/>'],
    ['image with a url', '<image><url>https://news.example.com/p.jpg</url></image>'],
    [
      'the description',
      '<description>&lt;img src="https://news.example.com/p.jpg"&gt;</description><content:encoded>None</content:encoded>',
    ],
    [
      'a description escaped twice',
      '<description>&amp;lt;img src="https://news.example.com/p.jpg"/&amp;gt; x</description>',
    ],
  ])('the picture of an RSS item is found in %s', async (_, inner) => {
    expect((await item(inner)).image).toMatch(/^https:\/\/news\.example\.com\/p/)
  })

  it.each([
    ['a link', `<link rel="enclosure" type="IMAGE/jpeg" href="${GOOD}"/>`],
    ['content that is elsewhere', `<content type="image/jpeg" src="${GOOD}"/>`],
    ['its content beside a summary', `<summary>Text</summary><content type="html">&lt;img src='${GOOD}'&gt;</content>`],
    [
      'XHTML',
      `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><img src="/u/harbour.jpg"/></div></content>`,
    ],
  ])('the picture of an Atom entry is found in %s', async (_, inner) => {
    expect((await entry(inner)).image).toBe(GOOD)
  })

  it.each([
    ['its banner', { banner_image: GOOD }],
    [
      'an attachment',
      {
        attachments: [
          { url: '/a.mp3', mime_type: 'audio/mpeg' },
          { url: GOOD, mime_type: 'Image/JPEG' },
        ],
      },
    ],
    ['its text', { content_html: `<p>Text</p><img src="${GOOD}">` }],
  ])('the picture of a JSON Feed item is found in %s', async (_, some) => {
    expect((await json(some)).image).toBe(GOOD)
  })
})

describe('which of several pictures', () => {
  const thumbnail = (width: number) =>
    `<media:thumbnail url="https://news.example.com/t${width}.jpg" width="${width}" height="${width}"/>`

  it.each([
    'https://n.example/images/logo.png',
    'https://n.example/cc-by-sa.png',
    'https://licensebuttons.net/l/by/4.0/88x31.png',
    'https://static.xx.fbcdn.net/images/emoji.php/v9/t.png',
    'https://n.example/captcha.jpg',
  ])('%s gives way to a photograph behind it, and is the picture at most if there is no other', async url => {
    expect(await html(`<img src="${url}"><img src="${GOOD}">`)).toMatchObject({ image: GOOD })
  })

  it('a picture among the attachments of a JSON Feed is told by its name if it has no type', async () => {
    expect(await json({ attachments: [{ url: GOOD }] })).toMatchObject({ image: GOOD })
  })

  it.each([
    '<enclosure url="https://n.example/a.mp3" type="image/mp3" length="9"/>',
    '<atom:link rel="enclosure" href="https://n.example/a.mp3?x=1" type="image/mp3"/>',
    '<media:content url="https://n.example/a.mp4" medium="image"/>',
  ])('a recording is not the picture of an item though its type says so: %s', async element => {
    expect(await item(element)).toMatchObject({ image: null })
  })

  it('the largest of several thumbnails is the picture of an item', async () => {
    const { image, images } = await item([75, 300, 150].map(thumbnail).join(''))
    expect(image).toBe('https://news.example.com/t300.jpg')
    expect(images?.map(({ width }) => width)).toEqual([300, 150, 75])
  })

  it('a small thumbnail gives way to a picture in the text, a large one does not', async () => {
    const text = `<description>&lt;img src="${GOOD}"&gt;</description>`
    expect((await item(thumbnail(150) + text)).image).toBe(GOOD)
    expect((await item(thumbnail(480) + text)).image).toBe('https://news.example.com/t480.jpg')
    expect((await item(thumbnail(75))).image).toBe('https://news.example.com/t75.jpg')
  })

  it('the first photograph of a text is the picture of an item, however large others are', async () => {
    expect((await html(`<img src="${GOOD}"><img src="/chart.png" width="2000" height="900">`)).image).toBe(GOOD)
  })

  it('the default of a group is preferred to a wider one', async () => {
    const { image } = await item(
      `<media:group><media:content url="/w.jpg" medium="image" width="1600"/><media:content url="${GOOD}" medium="image" width="800" isDefault="true"/></media:group>`,
    )
    expect(image).toBe(GOOD)
  })
})

describe('what is kept of pictures', () => {
  it('an item whose picture has an address that is no URL passes through a job', async () => {
    const read = await html(`<img src="https://news exam ple/a.jpg" width="640"><img src="${GOOD}" width="640">`)
    expect(read.images).toHaveLength(2)
    expect(FeedItemSchema.parse(JSON.parse(JSON.stringify(read)))).toEqual(read)
  })

  it('pictures are kept with size, text and type, the item’s own first and none twice', async () => {
    const { images } = await item(
      `<media:content url="${GOOD}" type="Image/JPEG" width="1200" height="800"><media:description>The &lt;b&gt;harbour&lt;/b&gt; &amp;amp; bridge</media:description></media:content>
<content:encoded><![CDATA[<img src="${GOOD}" alt="again"><img src="/2.jpg" alt="The ferry" width="640px" height="480"><img src="/3.jpg" width="100%">]]></content:encoded>`,
    )
    expect(images).toEqual([
      { url: GOOD, width: 1_200, height: 800, alt: 'The harbour & bridge', type: 'image/jpeg' },
      { url: 'https://news.example.com/2.jpg', width: 640, height: 480, alt: 'The ferry' },
      { url: 'https://news.example.com/3.jpg' },
    ])
  })

  it('at most ten pictures are kept, and none where the address says it all', async () => {
    const many = Array.from({ length: 30 }, (_, each) => `<media:content url="/${each}.jpg" medium="image"/>`)
    expect((await item(many.join(''))).images).toHaveLength(10)
    expect(await item(many[0] ?? '')).not.toHaveProperty('images')
  })

  it('of several sizes of one picture only the widest is kept', async () => {
    const sizes = [140, 1200, 700].map(
      width => `<media:content url="/p.jpg?width=${width}&amp;s=a${width}" width="${width}" medium="image"/>`,
    )
    const wordPress = '<media:thumbnail url="/w-150x150.jpg"/><media:thumbnail url="/w-1024x683.jpg"/>'
    expect((await item(sizes.join('') + wordPress)).images?.map(({ url }) => url)).toEqual([
      'https://news.example.com/p.jpg?width=1200&s=a1200',
      'https://news.example.com/w-1024x683.jpg',
    ])
    const others = [1, 2].map(id => `<media:content url="/picture.jpg?id=${id}" medium="image"/>`)
    expect((await item(others.join(''))).images).toHaveLength(2)
  })

  it('a wider picture of a set is kept with its own size', async () => {
    const { images } = await html(`<img src="/s.jpg" width="300" height="200" srcset="/s.jpg 300w, ${GOOD} 1200w">`)
    expect(images).toEqual([{ url: GOOD, width: 1_200, height: 800 }])
  })

  it('pictures of a sitemap are kept in its order', async () => {
    const { image, images } = await readItem(
      `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://news.example.com/1</loc><news:news><news:title>A</news:title></news:news><image:image><image:loc>${GOOD}</image:loc></image:image><image:image><image:loc>https://news.example.com/2.jpg</image:loc></image:image></url></urlset>`,
    )
    expect(image).toBe(GOOD)
    expect(images).toHaveLength(2)
  })

  it('an item has the fingerprint it had before pictures were kept, so that an upgrade ingests nothing anew', async () => {
    const plain = await item(`<media:content url="${GOOD}" medium="image"/>`)
    const rich = await item(
      `<media:content url="${GOOD}" medium="image" width="1200" height="800"/><media:thumbnail url="/t.jpg" width="90"/>`,
    )
    expect(identify([rich])[0]?.fingerprint).toBe(identify([plain])[0]?.fingerprint)
    // As version 0.1.0 computed it.
    expect(identify([plain])[0]?.fingerprint).toBe('0qSzcs5Zqn')
  })
})

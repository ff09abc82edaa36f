/** Small builders of feed documents. */

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const NAMESPACES = `xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"
  xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:thr="http://purl.org/syndication/thread/1.0"
  xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"`

/** RSS 2.0 with customary prefixes, holding what is given of items and of the channel. */
export const rss = (items: string, channel = '', attributes = ''): string =>
  `<?xml version="1.0"?>\n<rss version="2.0" ${NAMESPACES} ${attributes}><channel><title>News</title>${channel}${items}</channel></rss>`

/** Atom 1.0. */
export const atom = (entries: string, attributes = ''): string =>
  `<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" ${attributes}><title>News</title>${entries}</feed>`

const numbers = [1, 2, 3, 4, 5]

/** One document of every format that is read, each with something of what the format is good for. */
export const everyFormat = (): Readonly<Record<string, string>> => ({
  'rss.xml': rss(
    numbers
      .map(
        each => `<item><title>Council &amp; harbour ${each}</title><link>https://news.example.com/a/${each}?x=1&amp;y=2</link>
<guid isPermaLink="false">n${each}</guid><pubDate>Mon, 04 May 2026 0${each}:30:00 +0200</pubDate><dc:creator>Jo Reed</dc:creator>
<category>Politics</category><description><![CDATA[<p>The council <b>voted</b> for the ${each}th time.</p><img src="https://news.example.com/${each}.jpg">]]></description>
<content:encoded>&lt;p&gt;Long text with &amp;eacute;&lt;/p&gt;</content:encoded><slash:comments>${each}</slash:comments>
<enclosure url="https://news.example.com/${each}.mp3" type="audio/mpeg" length="1000"/>
<media:group><media:content url="https://news.example.com/${each}.png" medium="image" width="800"/></media:group></item>`,
      )
      .join('\n'),
    '<link>https://news.example.com/</link><ttl>15</ttl><skipHours><hour>3</hour></skipHours><atom:link rel="hub" href="https://hub.example.com/"/>',
  ),
  'atom.xml': atom(
    numbers
      .map(
        each => `<entry xml:lang="de"><title type="html">Rat &amp;amp; Hafen ${each}</title><link rel="alternate" href="a/${each}"/>
<id>urn:n:${each}</id><published>2026-05-0${each}T10:00:00+02:00</published><updated>2026-05-0${each}T11:00:00Z</updated>
<author><name>Jo Reed</name></author><category term="p" label="Politik"/><thr:total>4</thr:total>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text <em>hier</em></p></div></content></entry>`,
      )
      .join('\n'),
    'xml:base="https://news.example.com/" xml:lang="en"',
  ),
  'rdf.xml': `<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE rdf:RDF [<!ENTITY nbsp "&#160;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://news.example.com/"><title>News</title></channel>${numbers.map(each => `<item rdf:about="https://news.example.com/${each}"><title>Caf&#233;&nbsp;${each}</title><link>https://news.example.com/${each}</link><d:date>2026-05-0${each}</d:date></item>`).join('')}</rdf:RDF>`,
  'cdf.xml': `<?xml version="1.0"?><CHANNEL HREF="https://news.example.com/"><TITLE>News</TITLE>${numbers.map(each => `<ITEM HREF="https://news.example.com/${each}" LASTMOD="2026-05-0${each}T10:00"><TITLE>Story ${each}</TITLE><ABSTRACT>Of it</ABSTRACT></ITEM>`).join('')}</CHANNEL>`,
  'feed.json': JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'News',
    items: numbers.map(each => ({
      id: String(each),
      url: `https://news.example.com/${each}`,
      title: `Story ${each}`,
      content_html: '<p>Text</p>',
      date_published: `2026-05-0${each}T10:00:00Z`,
      tags: ['Politics'],
    })),
  }),
  'news.xml': `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">${numbers.map(each => `<url><loc>https://news.example.com/${each}</loc><news:news><news:publication><news:name>News</news:name><news:language>en</news:language></news:publication><news:publication_date>2026-05-0${each}</news:publication_date><news:title>Story ${each}</news:title></news:news></url>`).join('')}</urlset>`,
  'index.xml': `<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${numbers.map(each => `<sitemap><loc>https://news.example.com/s${each}.xml</loc><lastmod>2026-05-0${each}</lastmod></sitemap>`).join('')}</sitemapindex>`,
  'broken.xml': `junk <?xml version="1.0"?><rss><channel><title>A & B</title><item><title>One &mdash; <b>two</title><link>https://news.example.com/1?a=1&b=2</link><description><![CDATA[cut off <p>here</description></item><item><title>Next \u0001</title><guid>https://news.example.com/2</guid></channel>`,
  'page.html':
    '<!doctype html><html><head><title>Home</title><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><p>Hi</p></body></html>',
})

/** Feed documents of every XML format, generated: well-formed, with everything that may stand in one and that a scanner may trip over. */

import fc from 'fast-check'

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)

/** Character data as it stands in a document. */
const text = fc
  .array(
    fc.oneof(
      oneOf(
        'Bridge',
        'closes at noon',
        'Größe',
        '東京',
        'עברית',
        '🚢',
        '&amp;',
        '&lt;b&gt;bold&lt;/b&gt;',
        '&#8211;',
        '&#x2019;',
        '&#150;',
        '&quot;',
        ' > ',
        ']]',
        '\n',
        '  ',
        "it's",
        '-->',
      ),
      fc.string({ maxLength: 12 }).map(each => each.replaceAll(/[<&\u0000-\u001f\ufffe\uffff]/g, '.').toWellFormed()),
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(' '))

/** The same, on both sides of the length from which it is lifted out. */
const prose = fc.oneof(
  text,
  text.map(each => `${each} ${'A sentence of some length &amp; more. '.repeat(6)}`),
  text.map(each => each.repeat(10)),
)

const cdata = fc
  .tuple(prose, oneOf('', '<p>', '<item>', '</item>', '<![CDATA[', '&nbsp;', '<!-- ', ' ]]'))
  .map(([inside, markup]) => `<![CDATA[${markup}${inside.replaceAll(']]>', '')}]]>`)

const content = fc.oneof(
  prose,
  cdata,
  fc.tuple(text, cdata, text).map(parts => parts.join('')),
  fc.constant(''),
)

const between = oneOf('', '\n', '  ', '<!-- a <item> in a comment & more -->', '<?php echo "<item>" ?>', '\r\n\t')

const date = oneOf(
  'Mon, 04 May 2026 12:00:00 GMT',
  '2026-05-04T12:00:00Z',
  'yesterday',
  '',
  'Tue, 5 May 26 09:00 +0200',
)

const attribute = oneOf(
  '',
  ' isPermaLink="false"',
  " isPermaLink='true'",
  ' type="html"',
  ' xml:lang="fr"',
  ' x="a&gt;b>c"',
)

const extra = fc
  .array(
    fc.oneof(
      fc
        .tuple(oneOf('dc:creator', 'category', 'dc:subject', 'author', 'content:encoded'), content)
        .map(([name, inside]) => `<${name}>${inside}</${name}>`),
      oneOf(
        '<media:group><media:content url="https://courier.example/a.jpg" medium="image"/><media:title>Picture</media:title></media:group>',
        '<enclosure url="https://courier.example/a.jpg" type="image/jpeg" length="1"/>',
        '<source url="https://wire.example/rss"><title>Wire</title></source>',
        '<image><url>https://courier.example/b.png</url></image>',
        '<slash:comments>3</slash:comments>',
        '<empty/>',
      ),
      between,
    ),
    { maxLength: 4 },
  )
  .map(parts => parts.join(''))

const link = fc.nat(30).map(number => `https://courier.example/news/${number}?a=1&amp;b=${number}`)

const rssItem = fc
  .tuple(content, link, content, date, extra, attribute, between)
  .map(
    ([title, href, body, at, more, attributes, space]) =>
      `<item>${space}<title>${title}</title><link>${href}</link><guid${attributes}>${href}</guid><pubDate>${at}</pubDate><description>${body}</description>${more}</item>`,
  )

const atomEntry = fc
  .tuple(content, link, content, date, extra, oneOf('', ' type="html"', ' type="text"'), between)
  .map(
    ([title, href, body, at, more, type, space]) =>
      `<entry>${space}<title${type}>${title}</title><link rel="alternate" href="${href}"/><id>${href}</id><updated>${at}</updated><summary${type}>${body}</summary>${more}</entry>`,
  )

const rdfItem = fc
  .tuple(content, link, content, date, extra)
  .map(
    ([title, href, body, at, more]) =>
      `<item rdf:about="${href}"><title>${title}</title><link>${href}</link><description>${body}</description><dc:date>${at}</dc:date>${more}</item>`,
  )

const SPACES =
  'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'

const joined = (items: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.array(fc.tuple(items, between), { minLength: 1, maxLength: 12 }), between)
    .map(([pairs, last]) => pairs.flat().join('') + last)

const declaration = oneOf('', '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>\n<!-- a comment -->')
const inherited = oneOf('', ' xml:base="https://courier.example/deep/"', ' xml:lang="de"')

/** A document of RSS 2.0, Atom or RDF, with one to twelve items. */
export const aDocument = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(declaration, inherited, text, joined(rssItem))
      .map(
        ([head, attributes, title, items]) =>
          `${head}<rss version="2.0" ${SPACES}${attributes}><channel><title>${title}</title><link>https://courier.example/</link>${items}</channel></rss>`,
      ),
    fc
      .tuple(declaration, inherited, text, joined(atomEntry))
      .map(
        ([head, attributes, title, entries]) =>
          `${head}<feed xmlns="http://www.w3.org/2005/Atom" ${SPACES}${attributes}><title>${title}</title><link href="https://courier.example/"/>${entries}</feed>`,
      ),
    fc
      .tuple(declaration, text, joined(rdfItem))
      .map(
        ([head, title, items]) =>
          `${head}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ${SPACES}><channel rdf:about="https://courier.example/"><title>${title}</title><link>https://courier.example/</link></channel>${items}</rdf:RDF>`,
      ),
  )

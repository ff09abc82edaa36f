import { describe, expect, it } from 'vitest'
import { identityKey } from '../../src/domain/canonical-url.ts'
import { decode } from '../../src/feeds/decode.ts'
import { bare } from '../../src/feeds/discovery/discover.ts'
import { commonFeeds, findSitemaps } from '../../src/feeds/discovery/page-links.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { beyondStrict } from '../../src/feeds/xml/strict.ts'
import { readNewItems } from '../../src/sources/items/read-new-items.ts'
import { NO_HABITS, withoutName } from '../../src/sources/items/titles.ts'
import { idFor } from '../../src/use-cases/suggest-source.ts'
import { plainText, summarise } from '../../src/util/plain-text.ts'
import { withoutCredentials } from '../../src/util/redact.ts'
import { growth, LINEAR } from '../support/growth.ts'
import { bytesOf } from './build.ts'

const rss = (inside: string) => `<rss version="2.0"><channel><title>C</title>${inside}</channel></rss>`

/** Documents that make careless readers look through the rest again for each of their parts, by how often the part stands in it. */
const HOSTILE: Readonly<Record<string, (times: number) => string>> = {
  'a million attributes': n =>
    rss(`<item ${Array.from({ length: n }, (_, index) => `a${index}="x"`).join(' ')}><title>A</title></item>`),
  'one attribute again and again': n => rss(`<item ${'a="x" '.repeat(n)}><title>A</title></item>`),
  'nesting without end': n => rss(`<item>${'<b>'.repeat(n)}`),
  'tags that are never closed': n => rss(`<item><title>${'<a<p'.repeat(n)}`),
  'openings of comments': n => rss(`<item><title>A</title>${'<!-- '.repeat(n)}`),
  'openings of CDATA': n => rss(`<item><title>A</title>${'<![CDATA['.repeat(n)}`),
  'openings of instructions': n => rss(`<item><title>A</title>${'<?a '.repeat(n)}`),
  'bare ampersands': n => rss(`<item><title>${'& '.repeat(n)}</title></item>`),
  'references in a row': n => rss(`<item><title>A</title><description>${'&amp;lt;'.repeat(n)}</description></item>`),
  'one huge section': n =>
    rss(`<item><title>A</title><description><![CDATA[${'<p>x '.repeat(n)}]]></description></item>`),
  'markup within markup': n => rss(`<item><title>A</title><description>${'&lt;p'.repeat(n)}</description></item>`),
  'quotes that are never closed': n => rss(`<item a="${'x='.repeat(n)}`),
  'elements in an item': n => rss(`<item><title>A</title>${'<category>x</category>'.repeat(n)}</item>`),
  'items in items': n => rss('<item><title>A</title>'.repeat(n)),
  'end tags of nothing': n => rss(`<item><title>A</title>${'</b>'.repeat(n)}</item>`),
  'an entity bomb': n =>
    `<!DOCTYPE rss [${Array.from({ length: 20 }, (_, index) => `<!ENTITY e${index} "${`&e${index - 1};`.repeat(10)}">`).join('')}]>${rss(`<item><title>${'&e19;'.repeat(n)}</title></item>`)}`,
  'white space': n =>
    rss(
      `<item><title>A${' '.repeat(n)}B</title><pubDate>${' '.repeat(n)}</pubDate><link>${'\t'.repeat(n)}</link></item>`,
    ),
  'a date of digits': n => rss(`<item><title>A</title><pubDate>${'12 '.repeat(n)}</pubDate></item>`),
  'an address of slashes': n =>
    rss(`<item><title>A</title><link>https://${'/'.repeat(n)}</link><guid>${'%'.repeat(n)}</guid></item>`),
  'openings of declarations': n => rss(`<item><title>A</title>${'<!DOCTYPE '.repeat(n)}</item>`),
  'an author of at signs': n => rss(`<item><title>A</title><author>${'@'.repeat(n * 3)}</author></item>`),
  'pictures without an address': n =>
    rss(`<item><title>A</title><description><![CDATA[${'<img src '.repeat(n)}]]></description></item>`),
  'pictures whose quotes are never closed': n =>
    rss(`<item><title>A</title><description><![CDATA[${`<img a="<img b='`.repeat(n)}]]></description></item>`),
  'pictures in a set': n =>
    rss(
      `<item><title>A</title><description><![CDATA[<img srcset="${'/a,b.jpg 1w,'.repeat(n)}">${'<source srcset="/a 1w">'.repeat(n)}]]></description></item>`,
    ),
  'pictures that are hidden': n =>
    rss(`<item><title>A</title><description><![CDATA[${'<a <script <img src=/a '.repeat(n)}]]></description></item>`),
  'titles of a page that is no feed': n => `<html>${'<title'.repeat(n)}`,
}

describe('the cost of reading', () => {
  it.each(Object.entries(HOSTILE))('the cost of reading is linear in %s', { timeout: 60_000 }, async (_, document) => {
    const read = async (times: number) => {
      const bytes = bytesOf(document(times))
      await readFeed(bytes)
      await readNewItems(bytes, { known: new Set() })
    }
    expect(await growth(read, 2_000)).toBeLessThan(LINEAR)
  })

  it.each([
    ['markup', '<p'],
    ['entities', '&amp'],
    ['tails', 'The post x '],
    ['dots', '. . .'],
    ['blanks', ' \n'],
  ])('the cost of reading is linear in the %s of a text', { timeout: 60_000 }, async (_, part) => {
    expect(await growth(times => summarise(plainText(part.repeat(times))), 2_000)).toBeLessThan(LINEAR)
  })

  it.each<[what: string, work: (times: number) => unknown]>([
    ['empty lines of a robots.txt', n => findSitemaps('\n'.repeat(n * 4), 'https://a.example/')],
    ['openings of declarations', n => beyondStrict('<!DOCTYPE '.repeat(n * 2))],
    ['dots of a path', n => commonFeeds(`https://a.example/${'.'.repeat(n * 4)}/a`)],
    ['slashes of a link', n => bare(`https://a.example${'/'.repeat(n * 4)}a`)],
    ['slashes of an article', n => identityKey(`https://a.example${'/'.repeat(n * 4)}a`)],
    ['blanks of a Content-Type', n => decode(bytesOf(rss('')), `a/b; charset=${'\t'.repeat(n * 4)};`)],
    ['marks of a name', n => idFor(`https://a.example/${'-'.repeat(n * 4)}a`, new Set())],
    ['words of a line of the log', n => withoutCredentials(`=${'a+'.repeat(n * 4)}`)],
    ['prose of a title with bars', n => withoutName('a | '.repeat(n), NO_HABITS, new Set())],
  ])('the cost of reading is linear in the %s', { timeout: 60_000 }, async (_, work) => {
    expect(await growth(work, 2_000)).toBeLessThan(LINEAR)
  })
})

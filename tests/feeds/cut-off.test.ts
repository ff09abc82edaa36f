import { describe, expect, it } from 'vitest'
import { readFeed } from '../../src/feeds/read.ts'
import { bytesOf, everyFormat, rss } from './build.ts'

const read = async (document: string) => {
  const outcome = await readFeed(bytesOf(document), { url: 'https://news.example.com/feed' })
  return outcome.kind === 'feed' ? outcome.feed : null
}
const item = (n: number) => `<item><title>Story ${n}</title><link>https://a.example/story-number-${n}</link></item>`
const jsonItem = (n: number) => `{"id":"${n}","title":"Story ${n}","url":"https://a.example/${n}"}`
const json = (items: string) => `{"version":"https://jsonfeed.org/version/1.1","title":"News","items":[${items}]}`
const titlesOf = async (document: string) => (await read(document))?.items.map(({ title }) => title)

describe('a document that is cut off', () => {
  it.each([
    ['within a link', '<item><title>Story 2</title><link>https://a.example/story-num'],
    ['within a title', '<item><title>Minister resig'],
    ['within a CDATA section', '<item><link>https://a.example/2</link><title><![CDATA[Minister resig'],
    ['within a tag', '<item><title>Story 2</title><link>https://a.example/2</link><pubDa'],
    ['between two elements', '<item><title>Story 2</title><link>https://a.example/2</link>'],
    ['within its end tag', '<item><title>Story 2</title></it'],
  ])('a document that is cut off %s of an item leaves that item for the next fetch', async (_, rest) => {
    const document = rss(item(1)).replace('</channel></rss>', rest)
    expect(await titlesOf(document)).toEqual(['Story 1'])
    expect(await read(document)).toMatchObject({ isCutOff: true })
    expect((await read(document))?.warnings.join()).toContain('cut off')
  })

  it.each([
    ['RSS', rss(item(1) + item(2)).replace('</channel></rss>', '')],
    ['a sitemap', (everyFormat()['news.xml'] ?? '').replace(/<url><loc>[^<]*3<.*$/s, '')],
  ])('%s that is cut off between two items has all that came, and is fetched in full again', async (_, document) => {
    const feed = await read(document)
    expect(feed?.items.map(({ title }) => title)).toEqual(['Story 1', 'Story 2'])
    expect(feed).toMatchObject({ isCutOff: true })
  })

  it('a document in which only end tags were forgotten is not cut off', async () => {
    const forgotten = rss(item(1).replace('</item>', '') + item(2).replace('</item>', ''))
    expect(await titlesOf(forgotten)).toEqual(['Story 1', 'Story 2'])
    expect(await read(forgotten)).not.toHaveProperty('isCutOff')
  })

  it.each(['rss.xml', 'atom.xml', 'rdf.xml', 'feed.json', 'news.xml'])(
    'the document %s has only items of the whole document, wherever it is cut off',
    async name => {
      const document = everyFormat()[name] ?? ''
      const whole = (await read(document))?.items ?? []
      expect(whole).toHaveLength(5)
      for (let length = 0; length < document.length; length += 7) {
        const items = (await read(document.slice(0, length)))?.items ?? []
        expect(items).toEqual(whole.slice(0, items.length))
      }
    },
    60_000,
  )
})

describe('a JSON Feed that is not well-formed', () => {
  it.each([
    [
      'a control character',
      json(`${jsonItem(1)},${jsonItem(2).replace('Story', 'Sto\u0001ry')}`),
      ['Story 1', 'Sto ry 2'],
    ],
    [
      'a line break in a string',
      json(`${jsonItem(1)},${jsonItem(2).replace('Story', 'Story\n')}`),
      ['Story 1', 'Story 2'],
    ],
    ['an escape that JSON does not have', json(jsonItem(1).replace('Story', "It\\'s \\x")), ["It's x 1"]],
    ['a message of the server before it', `<br />\n<b>Notice</b>: x\n${json(jsonItem(1))}`, ['Story 1']],
    ['a guard against scripts before it', `)]}',\n${json(jsonItem(1))}`, ['Story 1']],
    ['a function around it', `show(${json(jsonItem(1))});`, ['Story 1']],
    ['a comma behind the last item', json(`${jsonItem(1)},${jsonItem(2)},`), ['Story 1', 'Story 2']],
    ['a comma behind the last field', json(jsonItem(1).replace('}', ',}')), ['Story 1']],
    ['a comma too many', json(`${jsonItem(1)},,${jsonItem(2)}`), ['Story 1', 'Story 2']],
    ['no comma between items', json(`${jsonItem(1)} ${jsonItem(2)}`), ['Story 1', 'Story 2']],
    [
      'a value of another language',
      json(`${jsonItem(1).replace('}', ',"image":undefined}')},${jsonItem(2)}`),
      ['Story 1', 'Story 2'],
    ],
    ['an escape that JSON has not', json(jsonItem(1).replace('Story', 'Story\\x')), ['Storyx 1']],
    ['something behind it', `${json(jsonItem(1))}<!-- served in 3 ms -->`, ['Story 1']],
    [
      'quotation marks that are not escaped',
      json(`${jsonItem(1).replace('Story', 'He said "no"')},${jsonItem(2)}`),
      ['Story 2'],
    ],
    ['no end', json(`${jsonItem(1)},${jsonItem(2)}`).slice(0, -10), ['Story 1']],
  ])('a JSON Feed with %s loses no more than what is damaged', async (_, document, titles) => {
    expect(await titlesOf(document)).toEqual(titles)
    expect((await read(document))?.warnings[0]).toContain('read leniently')
  })

  it('JSON that is no feed at all is still refused', async () => {
    for (const document of ['{', '{"a":', "{'items': []}", '[1,2', '{"items":1,}'])
      expect(await read(document)).toBeNull()
  })
})

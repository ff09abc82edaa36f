import { array, assert, option, property, record, string, webUrl } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readOpml, writeOpml } from '../../src/sources/catalogue/opml.ts'
import { idFor, languageFor, sectionOfFolders, sectionOfItems } from '../../src/use-cases/suggest-source.ts'
import { growth, LINEAR } from '../support/growth.ts'
import { taxonomy } from '../support/taxonomy.ts'

const read = (body: string) => {
  const outcome = readOpml(
    `<?xml version="1.0"?><opml version="1.1"><head><title>x</title></head><body>${body}</body></opml>`,
  )
  if (outcome.kind !== 'opml') throw new Error(outcome.detail)
  return outcome
}

describe('OPML', () => {
  it('OPML export and import give the same sources, whatever their names contain', () => {
    const line = string({ unit: 'binary' }).map(
      text =>
        text
          .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffe\uffff\s]+|\p{Cs}/gu, ' ')
          .replace(/\s+/g, ' ')
          .trim() || 'x',
    )
    const outline = record({
      url: webUrl().map(url => new URL(url).href),
      title: line,
      site: option(webUrl()),
      language: option(line),
    })
    assert(
      property(array(record({ folder: line, outlines: array(outline) })), groups => {
        const outcome = readOpml(writeOpml('Sources', groups, 0))
        expect(outcome).toEqual({
          kind: 'opml',
          warnings: [],
          outlines: groups.flatMap(({ folder, outlines }) => outlines.map(each => ({ ...each, folders: [folder] }))),
        })
      }),
    )
  })

  it('OPML is read with its folders, in any letter case, even if truncated', () => {
    const { outlines } = read(
      `<outline text="News"><outline TEXT="Asia"><outline text="A &amp; B" XMLURL="https://a.example/rss" htmlUrl="https://a.example" category="/x/y,z"/></outline></outline><outline title="C" xmlUrl="https://c.example/rss">`,
    )
    expect(outlines).toMatchObject([
      { title: 'A & B', site: 'https://a.example', folders: ['News', 'Asia', 'x', 'y', 'z'] },
      { title: 'C', folders: [] },
    ])
  })

  it('OPML import reports what it leaves out', () => {
    expect(read('<outline text="Odd" xmlUrl="feed://a.example"/><outline text="No feed"/>')).toMatchObject({
      outlines: [],
      warnings: [expect.stringContaining('"Odd" left out')],
    })
    expect(readOpml('<html/>').kind).toBe('not-opml')
    expect(readOpml('').kind).toBe('not-opml')
  })

  it('OPML of any depth is read in time that grows with its length alone', async () => {
    expect(await growth(n => read('<outline text="x">'.repeat(n)), 3_000)).toBeLessThan(LINEAR)
  })
})

describe('a new source', () => {
  it('a new source gets an id from its publisher, then from its path, then from a number', () => {
    const url = 'https://feeds.bbci.co.uk/news/world/rss.xml'
    expect(idFor(url, new Set())).toBe('bbci')
    expect(idFor(url, new Set(['bbci']))).toBe('bbci-world')
    expect(idFor(url, new Set(['bbci', 'bbci-world']))).toBe('bbci-2')
    expect(idFor('http://127.0.0.1:80/', new Set())).toBe('127-0-0-1')
    expect(idFor('https://пример.рф/rss', new Set())).toMatch(/^[a-z0-9-]+$/)
  })

  it('a new source gets the section that its folder means, the innermost first', () => {
    expect(sectionOfFolders(['News', 'Ausland'], taxonomy)).toBe('world')
    expect(sectionOfFolders(['Sports', 'Whatever'], taxonomy)).toBe('sports')
    expect(sectionOfFolders(['Favourites'], taxonomy)).toBeNull()
  })

  it('a new source gets the section that most of its items suggest, and none if they suggest many', () => {
    const item = (url: string, ...categories: string[]) => ({
      ...{ title: 'x', link: url, id: null, published: null, updated: null, author: null, image: null },
      ...{ summary: null, language: null, categories },
    })
    const sports = Array.from({ length: 5 }, (_, n) => item(`https://a.example/${n}`, 'Football'))
    expect(sectionOfItems(sports, 'en', taxonomy)).toEqual({ section: 'sports', share: 1 })
    expect(sectionOfItems([item('https://a.example/1'), item('https://a.example/2')], 'en', taxonomy)).toBeNull()
  })

  it('a new source gets a valid language tag, and none if the feed declares none', () => {
    expect(['en_us', 'de-DE', ' fr ', 'Deutsch', 'english please', '', null].map(languageFor)).toEqual([
      'en-US',
      'de-DE',
      'fr',
      'de',
      ...[undefined, undefined, undefined],
    ])
  })
})

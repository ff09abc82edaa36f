import { describe, expect, it } from 'vitest'
import { normalise } from '../../src/articles/normalise.ts'
import { primaryLanguage } from '../../src/domain/language.ts'
import { Source } from '../../src/domain/source.ts'
import { readFeed } from '../../src/feeds/read.ts'
import { decodeModel, encodeModel } from '../../src/sections/classifier/model-file.ts'
import { trainSections } from '../../src/sections/classifier/train.ts'
import { classifyBy } from '../../src/sections/classify.ts'
import { loadSectionModel } from '../../src/sections/model-loader.ts'
import { taxonomy } from '../support/taxonomy.ts'

const model = loadSectionModel()
const classify = classifyBy(model)
const NOW = Date.UTC(2026, 4, 4, 12)

const ENGLISH = 'Striker scores twice as champions win the cup final'
const FRENCH = 'Le film et la musique des acteurs au festival de Cannes'

/** A document of one item in each format, with its language where the format has a place for it. */
const rss = (title: string, channel = '', item = '') =>
  `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>C</title>${channel}<item><title>${title}</title><link>https://c.example/a-1</link>${item}</item></channel></rss>`
const atom = (title: string, lang = '') =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${lang}><title>C</title><id>c</id><updated>2026-05-04T10:00:00Z</updated><entry><id>1</id><title>${title}</title><link href="https://c.example/a-1"/><updated>2026-05-04T10:00:00Z</updated></entry></feed>`
const json = (title: string, language?: string) =>
  JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'C',
    ...(language ? { language } : {}),
    items: [{ id: '1', url: 'https://c.example/a-1', title }],
  })
const sitemap = (title: string, language: string) =>
  `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://c.example/a-1</loc><news:news><news:publication><news:name>C</news:name><news:language>${language}</news:language></news:publication><news:publication_date>2026-05-04T10:00:00Z</news:publication_date><news:title>${title}</news:title></news:news></url></urlset>`

/** The article a document makes, the way it takes in a daemon. */
const articleOf = async (body: string, language?: string) => {
  const source = Source.parse({
    ...{ id: 'courier', name: 'Courier', url: 'https://c.example/feed', section: 'world', general: true },
    ...(language === undefined ? {} : { language }),
  })
  const outcome = await readFeed(Buffer.from(body), { contentType: null, url: source.url })
  const [item] = outcome.kind === 'not-a-feed' ? [] : outcome.feed.items
  if (!item || outcome.kind === 'not-a-feed') throw new Error('no item was read')
  const article = normalise(item, {
    ...{ source, feedLanguage: outcome.feed.language, fetchedAt: NOW, taxonomy, maxAge: 86_400_000, classify },
  })
  if (!('url' in article)) throw new Error(JSON.stringify(article))
  return article
}
const textSpeaks = async (body: string, language?: string): Promise<boolean> =>
  (await articleOf(body, language)).evidence.some(({ from }) => from === 'text')

describe('the text of an article', () => {
  it('the text of an article is ignored if its source is configured as French, though the feed declares English by default', async () => {
    expect(await textSpeaks(rss(FRENCH, '<language>en-us</language>'), 'fr')).toBe(false)
    expect(await textSpeaks(rss(ENGLISH, '<language>en-us</language>'), 'en-GB')).toBe(true)
    expect(await textSpeaks(rss(ENGLISH, '<language>fr</language>', '<dc:language>en</dc:language>'), 'fr')).toBe(true)
  })

  it.each([
    ['by the channel', rss(ENGLISH, '<language>en-us</language>')],
    ['by the item', rss(ENGLISH, '', '<dc:language>en</dc:language>')],
    ['by xml:lang', atom(ENGLISH, ' xml:lang="en-GB"')],
    ['by a JSON Feed', json(ENGLISH, 'en')],
    ['by a news sitemap', sitemap(ENGLISH, 'en')],
    ['by a news sitemap in three letters', sitemap(ENGLISH, 'eng')],
  ])('the text of an article that is declared English %s is used for its section', async (_, body) => {
    const { section, language } = await articleOf(body)
    expect([section, primaryLanguage(language)]).toEqual(['sports', 'en'])
  })

  it('the text of an article is used for its section if it is English, whatever feed and source declare', async () => {
    expect(await textSpeaks(rss(ENGLISH), 'en')).toBe(true)
    expect(await textSpeaks(rss(ENGLISH), 'de')).toBe(true)
    for (const body of [rss(ENGLISH), atom(ENGLISH), json(ENGLISH), rss(ENGLISH, '<language>de</language>')]) {
      const { section, language } = await articleOf(body)
      expect([section, language]).toEqual(['sports', 'en'])
    }
  })

  it('the text of an article is ignored if it is French, or if it is too short and no language is declared', async () => {
    for (const [body, its] of [
      [rss(FRENCH), 'fr'],
      [rss(FRENCH, '<language>en-us</language>'), 'fr'],
      [rss('🏆 2:1'), ''],
    ] as const) {
      const { section, language, evidence } = await articleOf(body)
      expect([section, language]).toEqual(['world', its])
      expect(evidence.map(({ from }) => from)).not.toContain('text')
    }
  })

  it('the text of an article that is too short has the declared language of its item, else of its source, else of its feed', async () => {
    const title = '🏆 2:1'
    const languages = [
      await articleOf(rss(title, '<language>en-us</language>', '<dc:language>pt_BR</dc:language>'), 'fr'),
      await articleOf(rss(title, '<language>en-us</language>'), 'fr'),
      await articleOf(rss(title, '<language>Deutsch</language>')),
    ].map(({ language }) => language)
    expect(languages).toEqual(['pt-BR', 'fr', 'de'])
  })

  it.each([
    ['French by its channel, at a source set to en', rss(FRENCH, '<language>fr-FR</language>'), 'en'],
    [
      'French by its item, in an English channel',
      rss(FRENCH, '<language>en</language>', '<dc:language>fr</dc:language>'),
      'en',
    ],
    ['French by xml:lang', atom(FRENCH, ' xml:lang="fr"'), undefined],
    ['French by a JSON Feed', json(FRENCH, 'fr'), undefined],
    ['French by a news sitemap', sitemap(FRENCH, 'fr'), undefined],
  ])('the text of an article that is %s does not outweigh the section of its source', async (_, body, language) => {
    const { section, evidence } = await articleOf(body, language)
    expect(section).toBe('world')
    expect(evidence.map(({ from }) => from)).not.toContain('text')
  })
})

describe('a language tag', () => {
  it.each([
    ['en', 'en'],
    ['en-GB', 'en'],
    ['EN_us', 'en'],
    ['eng', 'en'],
    ['fra', 'fr'],
    ['pt-BR', 'pt'],
    ['und', null],
    ['mul', null],
    ['', null],
    ['english please', null],
    [null, null],
  ])('the language tag %j means the language %j', (tag, language) => {
    expect(primaryLanguage(tag)).toBe(language)
  })
})

describe('a model of sections', () => {
  it('a model of sections records the languages it was trained on, and no others', () => {
    expect(model.languages).toEqual(['en'])
    const text = (title: string, section: string, language: string) => ({ title, summary: '', section, language })
    const texts = Array.from({ length: 40 }, (_, at) => [
      text(`Stürmer trifft ${at} mal im Finale`, 'sports', 'de-AT'),
      text(`Zinsen steigen um ${at} Punkte`, 'business', 'de'),
    ]).flat()
    const stray = text('A stray English line', 'sports', 'en')
    const embeddings = { dimensions: 2, vectors: new Map([['finale', Float32Array.of(1, 0)]]) }
    const trained = trainSections({ texts: [...texts, stray], words: new Map(), embeddings, note: '' })
    const read = decodeModel(encodeModel(trained))
    expect(read.languages).toEqual(['de'])
    const own = classifyBy(read)
    expect(own({ title: 'Stürmer trifft im Finale', summary: '', language: 'de-CH' })[0]?.section).toBe('sports')
    expect(own({ title: 'Stürmer trifft im Finale', summary: '', language: 'en' })).toEqual([])
  })
})

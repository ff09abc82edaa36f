import { PassThrough, Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyLine, classifyStream, createLineClassifier } from '../../src/cli/actions/classify.ts'
import { Section } from '../../src/domain/section.ts'
import { classifyBy } from '../../src/sections/classify.ts'
import type { Example } from '../../src/sections/examples.ts'
import { findOpinionForm } from '../../src/sections/forms.ts'
import { learnSections } from '../../src/sections/learn.ts'
import { loadSectionModel, replayTexts } from '../../src/sections/model-loader.ts'
import { classifySections, findCertainSection, type SectionInput } from '../../src/sections/sections.ts'
import { describeUse } from '../../src/sections/source-use.ts'
import { splitWords } from '../../src/util/words.ts'
import { taxonomy } from '../support/taxonomy.ts'

const model = loadSectionModel()
const classify = classifyBy(model)
const anArticle = (some: Partial<SectionInput>): SectionInput => ({
  url: '',
  title: 'Harbour bridge reopens',
  summary: '',
  categories: [],
  language: 'en',
  source: null,
  ...some,
})
const tag = (some: Partial<SectionInput>) => classifySections(anArticle(some), taxonomy, classify)

describe('the section of an article', () => {
  it('the section of an article is the one its publisher gives it, whatever its words', () => {
    const { sections, evidence } = tag({
      title: 'Goals for a young company',
      categories: ['Markets'],
      url: 'https://courier.example/business/2026/goals.html',
    })
    expect(sections[0]).toBe('business')
    expect(evidence.map(({ from, what }) => `${from} ${what}`)).toEqual(
      expect.arrayContaining(['category Markets', 'url /business/']),
    )
  })

  it.each([
    ['sports', 'Striker scores twice as champions win derby'],
    ['health', 'Vaccine trial cuts malaria infections in children'],
    ['business', 'Shares slide as bank warns on profit'],
    ['technology', 'Browser flaw lets hackers read passwords'],
    ['science', 'Telescope finds planet orbiting nearby star'],
    ['politics', 'Senators block nominee in party-line vote'],
    ['entertainment', 'Actress joins cast of film sequel'],
    ['lifestyle', 'An easy recipe for chocolate cake'],
  ])('the section of an article by its text alone is %s: %s', (section, title) => {
    expect(tag({ title }).sections[0]).toBe(section)
  })

  it.each(['Tokyo shares fall', 'Indian monsoon arrives early', 'Erdbeben in Japan', '東京で株価下落'])(
    'an article is also in asia if it names a place in Asia: %s',
    title => {
      const source = { id: 'courier', section: 'world' }
      expect(tag({ title, source }).sections).toContain('asia')
    },
  )

  it('the section of an article is never decided by a place alone', () => {
    const source = { id: 'courier', section: 'business' }
    expect(tag({ title: 'Erdbeben in Japan', language: 'de', source }).sections).toEqual(['business', 'asia'])
    expect(tag({ title: 'Erdbeben in Japan', language: 'de' }).sections).toEqual([])
  })

  it.each([
    'Bundesliga: Trainer lobt Torwart nach Sieg im Spiel',
    '選挙で自民党が議席を減らす',
    'Le film et la musique des acteurs au festival de Cannes',
    'Serikali yatangaza bajeti mpya ya afya na elimu',
  ])('a text that is not English votes for no section, even if declared as English: %s', title => {
    expect(tag({ title }).evidence.map(({ from }) => from)).not.toContain('text')
  })

  it('a confident vote of the text does not outweigh the section of its source alone, but does with other evidence', () => {
    const sure = () => [{ section: 'sports', confidence: 0.95 }]
    const source = { id: 'courier', section: 'business' }
    const sectionsOf = (some: Partial<SectionInput>) =>
      classifySections(anArticle({ source, ...some }), taxonomy, sure).sections[0]
    expect(sectionsOf({})).toBe('business')
    expect(sectionsOf({ url: 'https://courier.example/news/sport/1.html' })).toBe('sports')
    expect(sectionsOf({ source: { ...source, general: true } })).toBe('sports')
  })

  it('a general source is no evidence for a section, but its default section is the fallback', () => {
    const source = { id: 'courier', section: 'world', general: true }
    const { sections, evidence, confidence } = tag({ title: 'Briefly', source })
    expect({ sections, evidence, confidence }).toEqual({ sections: ['world'], evidence: [], confidence: 0 })
  })

  it("the default section of a source weighs less, the fewer of the source's articles are in it", () => {
    const source = { id: 'courier', section: 'world' }
    const weightOf = (counts: Record<string, number>) => {
      const use = describeUse(new Map(Object.entries(counts)), 'world', new Map([['asia', 'world']]))
      return classifySections(anArticle({ source }), taxonomy, undefined, { use }).evidence[0]?.weight
    }
    expect(weightOf({ world: 29 })).toBe(0.5)
    expect(weightOf({ world: 20, asia: 10 })).toBe(0.6)
    expect(weightOf({ world: 20, sports: 80 })).toBeCloseTo(0.12)
  })

  it('the text of an article votes only for sections that its source uses, unless it is certain', () => {
    const use = describeUse(
      new Map([
        ['world', 20],
        ['politics', 20],
      ]),
      'world',
      new Map(),
    )
    const source = { id: 'courier', section: 'world', general: true }
    const tagBy = (first: number) =>
      classifySections(
        anArticle({ source }),
        taxonomy,
        () => [
          { section: 'health', confidence: first },
          { section: 'politics', confidence: 0.9 - first },
        ],
        { use },
      ).sections[0]
    expect(tagBy(0.5)).toBe('politics')
    expect(tagBy(0.85)).toBe('health')
  })

  it('the section of an article is a subsection if its source carries that and its text points to the parent', () => {
    const source = { id: 'straits', section: 'asia' } as SectionInput['source']
    expect(tag({ title: 'Army clashes with rebels near border, dozens killed', source }).sections[0]).toBe('asia')
  })

  it('the section of an article can be one that an operator added with keywords alone', () => {
    const more = [
      ...taxonomy,
      Section.parse({ id: 'motor', labels: { en: 'Motor' }, words: ['hatchback', 'test drive'] }),
    ]
    const { sections, evidence } = classifySections(
      anArticle({ title: 'Test drive: a small hatchback' }),
      more,
      classify,
    )
    expect(sections[0]).toBe('motor')
    expect(evidence[0]).toMatchObject({ from: 'text', what: 'test drive, hatchback' })
  })

  it('an uncertain text votes for no section if its publisher gives one', () => {
    const unsure = () => [{ section: 'sports', confidence: 0.4 }]
    const source = { id: 'courier', section: 'world' } as SectionInput['source']
    expect(classifySections(anArticle({ source }), taxonomy, unsure).evidence.map(({ from }) => from)).toEqual([
      'source',
    ])
  })

  it.each([
    '',
    ' ',
    '😀🎉',
    'a',
    'word',
    'x'.repeat(10_000),
    'мир world 世界 عالم',
    '<b>Bank</b>&nbsp;<br',
    '🇯🇵'.repeat(5_000),
  ])('the section of an article falls back to that of its source, in bounded time, for the title %#', title => {
    const { sections, confidence } = tag({ title, source: { id: 'courier', section: 'health' } })
    expect(sections).toContain('health')
    expect(confidence).toBeLessThanOrEqual(1)
  })

  it('the sections of an article come from the taxonomy and are at most three, for any text', () => {
    const ids = taxonomy.map(({ id }) => id)
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.array(fc.string()),
        fc.webUrl(),
        (title, categories, url) => {
          const { sections } = tag({ title, categories, url })
          expect(sections.length).toBeLessThanOrEqual(3)
          expect(new Set(sections).size).toBe(sections.length)
          for (const section of sections) expect(ids).toContain(section)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('an opinion piece', () => {
  it.each([
    'Opinion | The bridge was a mistake',
    'Editorial: a budget for nobody',
    'Kommentar: Die Brücke war ein Fehler',
    '[Column] The bridge and I',
    '社説：橋の再開',
    'The bridge was a mistake - Opinion',
  ])('an opinion piece is recognised by the form of its title: %s', title => {
    expect(tag({ title }).sections[0]).toBe('debate')
  })

  it.each(['Opinion polls show a lead', 'Column of smoke over harbour', 'Letters found in attic'])(
    'a title that only resembles an opinion piece is not taken for one: %s',
    title => {
      expect(findOpinionForm(title)).toBeUndefined()
    },
  )
})

describe('the words of a text', () => {
  it('the words of a text are the same in any case, with or without accents and HTML', () => {
    expect(splitWords('<p>ÉLECTION&nbsp;in the U.S.</p>')).toEqual(splitWords('election in the us'))
  })

  it('the words of a text are limited in number', () => {
    expect(splitWords('word '.repeat(10_000)).length).toBeLessThanOrEqual(160)
    expect(splitWords('字'.repeat(10_000)).length).toBeLessThanOrEqual(160)
  })
})

describe('learning from the stream of articles', () => {
  const makes = ['hatchback', 'gearbox', 'roadster', 'convertible', 'saloon', 'coupe', 'diesel', 'torque']
  const examplesOf = (sources: readonly string[]): Example[] =>
    Array.from({ length: 200 }, (_, n) => ({
      section: 'motor',
      source: sources[n % sources.length] ?? '',
      text: `${makes[n % 8]} ${makes[(n * 3 + 1) % 8]} tested on road number ${n}`,
      at: 0,
    }))
  const replay = replayTexts(model)

  it("learning from the stream of articles finds an unknown section in another source's articles", () => {
    const learned = learnSections(model, examplesOf(['a', 'b']), replay, 0)
    const guess = classifyBy(model, () => learned)
    expect(guess({ title: 'New roadster has a smooth gearbox', summary: '', language: 'en' })[0]?.section).toBe('motor')
    expect(guess({ title: 'Striker scores twice in derby', summary: '', language: 'en' })[0]?.section).toBe('sports')
  })

  it('learning from the stream of articles learns nothing from a single source, however many articles it has', () => {
    expect(learnSections(model, examplesOf(['a']), replay, 0)).toBeUndefined()
  })

  it('learning from the stream of articles uses only sections by publishers that nothing contradicts', () => {
    const evidence = (some: Partial<SectionInput>) => tag(some).evidence
    expect(findCertainSection(evidence({ categories: ['Football'] }), taxonomy)).toBe('sports')
    expect(findCertainSection(evidence({ categories: ['Football', 'Markets'] }), taxonomy)).toBeUndefined()
    expect(findCertainSection(evidence({ title: 'Striker scores twice' }), taxonomy)).toBeUndefined()
  })
})

describe('newsdesk classify', () => {
  const tagger = createLineClassifier(taxonomy, [{ id: 'courier', section: 'world' }], model)

  it('newsdesk classify answers each line with its section and the reasons, and continues after bad lines', async () => {
    const said: string[] = []
    const output = new PassThrough()
    const lines = [
      '{"id":"a","title":"Striker scores twice in derby","lang":"en-GB"}',
      'nonsense',
      '{"title":"no id"}',
      '',
      '{"id":7,"title":"","lang":"en"}',
    ]
    const bad = await classifyStream(Readable.from(`${lines.join('\n')}\n`), output, tagger, line => said.push(line))
    const answers = String(output.read())
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { id: unknown; section: string })
    expect(bad).toBe(2)
    expect(said.map(line => line.slice(0, 7))).toEqual(['line 2:', 'line 3:', 'The tex'])
    expect(answers.map(({ id }) => id)).toEqual(['a', 7])
    expect(answers[0]?.section).toBe('sports')
  })

  it('newsdesk classify ignores the text of an article in a language unknown to the model, and says why and what to do', async () => {
    const title = 'Un médicament contre le paludisme est autorisé'
    const line = (some: object) => classifyLine(JSON.stringify({ id: 1, title, source: 'courier', ...some }), tagger)
    expect(line({})).toMatchObject({
      ...{ section: 'world', evidence: [{ from: 'source' }] },
      textIgnored: 'its language is fr; the text classifier knows en',
    })
    expect(line({ lang: 'fr-CA' })).toMatchObject({
      textIgnored: 'its language is fr-CA; the text classifier knows en',
    })
    expect(line({ title: 'Qwzrt Plmkn', lang: 'en' })).toMatchObject({ textIgnored: 'few of its words are en' })
    expect(line({ title: 'Briefly', lang: 'en' })).not.toHaveProperty('textIgnored')
    const english = createLineClassifier(taxonomy, [], model, { language: 'en' })
    expect(classifyLine('{"id":1,"title":"Striker scores twice in derby"}', english)).toMatchObject({
      section: 'sports',
    })
    const spoken = createLineClassifier(taxonomy, [{ id: 'courier', section: 'world', language: 'en' }], model)
    expect(classifyLine('{"id":1,"title":"Briefly","source":"courier"}', spoken)).not.toHaveProperty('textIgnored')

    const said: string[] = []
    const output = new PassThrough().resume()
    expect(await classifyStream(Readable.from('{"id":1,"title":"x"}\n'), output, tagger, each => said.push(each))).toBe(
      0,
    )
    expect(said.join()).toMatch(/^The text of 1 article was ignored: textIgnored says why\..*--language\.$/)
  })

  it('newsdesk classify guesses with a threshold of 0, and by default leaves out uncertain sections', () => {
    const line = JSON.stringify({ id: 1, title: 'What the neighbours said about the plan', lang: 'en' })
    expect(classifyLine(line, tagger)).toMatchObject({ section: null, evidence: [] })
    const guessing = createLineClassifier(taxonomy, [], model, { threshold: 0 })
    expect(classifyLine(line, guessing)).toMatchObject({ section: expect.any(String) })
  })

  it('newsdesk classify uses the default section of a known source', () => {
    expect(classifyLine('{"id":1,"title":"Briefly","source":"courier"}', tagger)).toMatchObject({ section: 'world' })
  })
})

import { describe, expect, it } from 'vitest'
import { StorySettings } from '../../src/config/sections/stories.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { decideLanguage } from '../../src/languages/decide.ts'
import { createClusterer } from '../../src/stories/rules/clusterer.ts'
import { extractFeatures } from '../../src/stories/rules/features.ts'
import { writeEntry } from '../../src/stories/rules/log-entry.ts'
import { NOON, sourceId } from '../support/articles.ts'

const settings = StorySettings.parse({})

interface Sketch {
  readonly title: string
  readonly summary?: string
  readonly source?: string
}

const featuresFor = ({ title, summary = '', source = '' }: Sketch, id: string) =>
  extractFeatures({
    id: id as ArticleId,
    title,
    summary,
    language: decideLanguage(`${title} ${summary}`, ['en']),
    source: source === '' ? '' : sourceId(source),
    publishedAt: NOON,
  })

/** Decides in order, each article on a publisher of its own unless it names one. */
const decideAll = (told: readonly Sketch[]) => {
  const clusterer = createClusterer(() => settings)
  const decided = told.map((each, index) =>
    clusterer.decide(featuresFor({ source: `paper${index}`, ...each }, `a${index}`), NOON),
  )
  const stories = told.map((_, index) => clusterer.findStory(`a${index}` as ArticleId))
  return { clusterer, decided, kinds: decided.map(({ decision }) => decision.kind), stories }
}

const ordinary: readonly Sketch[] = [
  { title: 'Storm Odile floods harbour of Port Ellin', summary: 'Two hundred homes flooded behind the harbour wall.' },
  { title: 'Central bank of Varland keeps its rate', summary: 'Prices are seen falling by the autumn.' },
]

const unlike: Readonly<Record<string, readonly Sketch[]>> = {
  'empty titles': [{ title: '' }, { title: '' }, { title: '   ' }],
  'empty titles over unlike texts': [
    { title: '', summary: 'Ferry strike ends after nine days of talks in the harbour office.' },
    { title: '', summary: 'Chess master wins the Linden cup at seventy, beating three players.' },
  ],
  'emoji alone': [{ title: '🎉🎉🎉' }, { title: '🎉🎉🎉' }, { title: '⚽️🔥' }],
  'punctuation alone': [{ title: '…' }, { title: '???' }, { title: '—' }],
  'one word': [{ title: 'Update' }, { title: 'Update' }, { title: 'Opinion' }, { title: 'Opinion' }],
  'stopwords alone': [{ title: 'What we now know' }, { title: 'What we now know' }],
  'capitals telling other things': [
    { title: 'BREAKING: FERRY STRIKE ENDS' },
    { title: 'BREAKING: CHESS MASTER WINS CUP' },
  ],
  'mixed scripts': [
    { title: 'Tokyo 東京 大雨で電車が止まる storm' },
    { title: 'Москва storm 東京 выборы' },
    { title: 'αβγ storm عاجل' },
  ],
  'HTML left over': [{ title: '<b>Ferry</b> strike &amp; talks' }, { title: '<b>Chess</b> master &amp; cup' }],
  'endless titles': [{ title: 'Ferry '.repeat(2_000) }, { title: 'Chess '.repeat(2_000) }],
  'one name in other news': [
    { title: 'Varland beat Norland in the cup final' },
    { title: 'Varland raises taxes on fuel' },
    { title: 'Earthquake felt in northern Varland' },
  ],
}

describe('unrelated articles', () => {
  it.each(Object.keys(unlike))('unrelated articles stay apart: %s', name => {
    const all = [...ordinary, ...(unlike[name] ?? [])]
    const { stories, kinds } = decideAll(all)
    expect(kinds).toEqual(all.map(() => 'new'))
    expect(new Set(stories).size).toBe(all.length)
  })
})

const templates: Readonly<Record<string, (n: number) => Sketch>> = {
  'days of a race': n => ({
    title: `Tour of Varland: results of day ${n}`,
    summary: `Stage ${n} was won by Rider${n} in Town${n}, ahead of Helper${n} and Climber${n}.`,
  }),
  'match reports': n => ({
    title: `Team${n} ${n} Side${n} 0: match report`,
    summary: `Goals of Striker${n} gave Team${n} the match against Side${n} at Ground${n}.`,
  }),
  earthquakes: n => ({
    title: `Magnitude 5.${n} earthquake shakes Place${n}`,
    summary: `The earthquake struck ${n * 7} km off Place${n}; no damage was known in Region${n}.`,
  }),
  horoscopes: n => ({
    title: `Horoscope for Sign${n}: what the stars say`,
    summary: `Sign${n} meets Thing${n} before noon and should wear Colour${n}.`,
  }),
  briefings: n => ({
    title: 'Morning briefing: what you need to know',
    summary: `Subject${n}, Minister${n} and Market${n}; and Film${n} opens in Town${n}.`,
  }),
}

/** Two papers on one event, and two articles of nothing else in the news. */
const news = (n: number): readonly Sketch[] => [
  { title: `Minister${n} resigns over Scandal${n}`, summary: `Minister${n} leaves after Scandal${n} in Office${n}.` },
  { title: `Scandal${n}: Minister${n} goes`, summary: `Office${n} loses its Minister${n} over Scandal${n}.` },
  { title: `Bridge${n} opens in Valley${n}`, summary: `Drivers may cross River${n} from Monday${n} on.` },
  { title: `Recipe${n} for Dish${n}`, summary: `Cook${n} shows how Spice${n} and Herb${n} meet.` },
]

const series: Readonly<Record<string, readonly Sketch[]>> = {
  'days of a race': [
    { title: 'Tour of Varland: results of day 2' },
    { title: 'Tour of Varland: results of day 21' },
    { title: 'Tour of Varland: results of day 3' },
  ],
  'match reports': [
    { title: 'Varland 2 Norland 1: match report', summary: 'Two goals by Petrov settled the match before noon.' },
    {
      title: 'Ostland 3 Sudland 0: match report',
      summary: 'Three late goals settled the match at the Ostland ground.',
    },
  ],
  earthquakes: [
    {
      title: 'Magnitude 4.6 earthquake shakes Nepal',
      summary: 'The quake struck 30 km north of Kathmandu; no damage is known.',
    },
    {
      title: 'Magnitude 5.2 earthquake shakes Chile',
      summary: 'The quake struck 70 km west of Santiago; no damage is known.',
    },
  ],
  horoscopes: [
    { title: 'Horoscope for Aries: what the stars say', summary: 'Aries should expect a letter and be patient.' },
    { title: 'Horoscope for Taurus: what the stars say', summary: 'Taurus should expect a visit and be brave.' },
    { title: 'Horoscope for Gemini: what the stars say', summary: 'Gemini should expect a call and be calm.' },
  ],
  briefings: [
    { title: 'Morning briefing', summary: 'Ferry strike ends, bank keeps rate, chess master wins the Linden cup.' },
    { title: 'Morning briefing', summary: 'Storm floods Port Ellin, mayor resigns over budget, rail fares rise.' },
  ],
}

describe('texts made from one template', () => {
  it.each(Object.keys(templates))('texts made from one template are not reprints of each other: %s', name => {
    const template = templates[name]
    const told = [2, 3, 5, 21, 22].flatMap(n => template?.(n) ?? [])
    expect(decideAll(told).kinds).toEqual(told.map(() => 'new'))
  })

  it.each(Object.keys(templates))(
    'texts made from one template become as many stories as events, even without other news: %s',
    name => {
      const template = templates[name]
      const told = Array.from({ length: 12 }, (_, n) => template?.(n + 2) ?? { title: '' })
      expect(new Set(decideAll(told).stories).size).toBe(told.length)
    },
  )

  it.each(Object.keys(templates))(
    'texts made from one template become as many stories as events among other news: %s',
    name => {
      const template = templates[name]
      const told = Array.from({ length: 40 }, (_, n) => template?.(n + 2) ?? { title: '' })
      const mixed = told.flatMap((each, n) => [each, ...news(n)])
      const { stories } = decideAll(mixed)
      const own = stories.filter((_, index) => told.includes(mixed[index] as Sketch)) // each index is one of its
      expect(new Set(own).size).toBe(told.length)
    },
  )

  it.each(Object.keys(series))(
    'texts made from one template and filled with real words become as many stories as events: %s',
    name => {
      const told = series[name] ?? []
      expect(new Set(decideAll(told).stories).size).toBe(told.length)
    },
  )

  it('texts made from one template are different news if a single word differs', () => {
    const report = (place: string) => ({
      title: `Man rescued from river in ${place}`,
      summary: `Firefighters pulled a man of sixty from the river in ${place} on Sunday night; he was taken to hospital with light injuries.`,
    })
    expect(decideAll([report('Lindenau'), report('Port Ellin')]).kinds).toEqual(['new', 'new'])
  })
})

describe('a headline in capitals', () => {
  it('a headline in capitals belongs to the same story as one in lower case', () => {
    const [small] = ordinary
    const { stories } = decideAll([
      ...ordinary,
      { title: 'STORM ODILE: PORT ELLIN HARBOUR FLOODED', summary: small?.summary?.toUpperCase() ?? '' },
    ])
    expect(stories[2]).toBe(stories[0])
  })
})

describe('the same text many times', () => {
  const copy: Sketch = {
    title: 'Port Ellin rebuilds its harbour wall for forty million crowns',
    summary:
      'The council of Port Ellin voted on Tuesday to rebuild the harbour wall by spring, after Storm Odile broke it.',
  }

  it('the same text many times from one publisher is one article', () => {
    const { kinds } = decideAll(Array.from({ length: 10_000 }, () => ({ ...copy, source: 'spammer' })))
    expect(kinds.filter(kind => kind === 'new')).toHaveLength(1)
  })

  it('the same text many times from many publishers is one article and its reprints, and its words count only once', () => {
    const { kinds, clusterer, stories } = decideAll(Array.from({ length: 10_000 }, () => copy))
    expect(kinds.filter(kind => kind === 'new')).toHaveLength(1)
    expect(new Set(stories).size).toBe(1)
    // Its words are as rare as before for what comes next: one story told them once.
    const after = clusterer.decide(
      featuresFor({ ...ordinary[1], title: 'Bakers strike', source: 'late' }, 'late'),
      NOON,
    )
    expect(after.decision.story).not.toBe(stories[0])
  })
})

describe('the stored words of an article', () => {
  it('the stored words of an article have a maximum size, however long the article is', () => {
    const clusterer = createClusterer(() => settings)
    const endless = Array.from({ length: 50_000 }, (_, n) => `word${n}`).join(' ')
    const entry = clusterer.decide(featuresFor({ title: endless, summary: endless, source: 'p' }, 'endless'), NOON)
    expect(Buffer.byteLength(writeEntry(entry))).toBeLessThan(1_500)
  })
})

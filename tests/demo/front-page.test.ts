import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { type FrontPage, renderFrontPage, sparkline } from '../../demo/front-page.ts'
import type { Entry } from '../../src/client/index.ts'
import { NOON } from '../support/articles.ts'

const TITLES = [
  'Bridge reopens',
  '東京で大雪、交通に乱れ',
  'Правительство утвердило бюджет',
  'A very long headline '.repeat(9),
  '🚢 Ferry',
]

const entries = (count: number): Entry[] =>
  Array.from({ length: count }, (_, index) => ({
    rank: index + 1,
    id: `a${index}`,
    title: TITLES[index % TITLES.length] ?? '',
    url: `https://courier.example/${index}`,
    section: { id: 'world', label: 'World' },
    sections: ['world'],
    source: { id: 'courier', name: 'The Harbour Courier' },
    author: null,
    language: 'en',
    publishedAt: new Date(NOON - index * 600_000).toISOString(),
    image: null,
    summary: '',
    counts: { views: 3, comments: 2, shares: 1 },
    alsoIn: [],
    placedBy: 'rule' as const,
    story: { id: 's', articles: 4, sources: 3 },
  }))

const aPage = (count: number): FrontPage => ({
  now: NOON,
  section: { id: 'world', label: 'World' },
  latest: entries(count),
  popular: entries(count),
  weekly: entries(count),
  mustReads: entries(count),
  article: null,
  related: entries(count),
  numbers: { sources: 18, stories: 300, reads: 12_000, crawls: 99 },
  arrivals: [0, 3, 1],
  reads: [5, 6, 7],
  troubles: ['Pulse is slow'],
  hint: 'q ends',
})

describe('the front page in a terminal', () => {
  it.each([
    [100, 40],
    [80, 24],
    [140, 50],
    [61, 18],
    [40, 10],
  ])('the front page in a terminal fills %i x %i cells exactly, in any script', (width, height) => {
    for (const count of [0, 3, 12]) {
      const lines = renderFrontPage(aPage(count), { width, height, colour: true })
      expect(lines).toHaveLength(height)
      expect(new Set(lines.map(line => stringWidth(line)))).toEqual(new Set([width]))
    }
  })

  it('the front page in a terminal shows every panel of a news page', () => {
    const text = renderFrontPage(aPage(12), { width: 100, height: 40, colour: false }).join('\n')
    for (const panel of [
      '[WORLD] Latest Stories',
      'Popular Now',
      'Weekly Best Articles',
      'Must-Reads',
      'You May Also Like',
    ])
      expect(text).toContain(panel)
    expect(text).toContain('3 sources')
    expect(text).toContain('Pulse is slow')
  })

  it('the front page in a terminal lets no feed write to the terminal', () => {
    const page = aPage(3)
    const evil = page.latest.map(entry => ({ ...entry, title: 'Evil \u001b[2J\u001b]0;title\u0007 \u202egnp' }))
    const lines = renderFrontPage({ ...page, latest: evil, popular: evil }, { width: 100, height: 40, colour: false })
    expect(lines.join('\n')).not.toMatch(/[\u001b\u0007\u202e]/)
  })
})

describe('a sparkline', () => {
  it('a sparkline has the requested width, ends with the newest value, and is highest at the maximum', () => {
    expect(sparkline([0, 1, 8, 4], 6)).toBe('   ▁█▄')
    expect(sparkline([1, 1, 1, 9], 2)).toBe('▁█')
  })
})

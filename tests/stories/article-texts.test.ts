import { describe, expect, it } from 'vitest'
import { isDate } from '../../src/articles/rules/titles/calendar.ts'
import type { ArticleId } from '../../src/domain/article.ts'
import { slugOf } from '../../src/stories/rules/article-texts.ts'
import { extractFeatures, hashTerm } from '../../src/stories/rules/features.ts'
import { OPEN_KEY } from '../../src/stories/rules/term-hash.ts'

const termsOf = (told: { title: string; summary: string; language: string; url?: string }) => {
  const { title, summary, slug } = extractFeatures({ id: 'a' as ArticleId, source: '', publishedAt: null, ...told })
  return { title, summary, slug }
}

describe('the headline in a URL', () => {
  it.each([
    ['https://courier.example/news/2026/port-ellin-harbour-floods.html', 'port ellin harbour floods'],
    ['https://courier.example/a/port-ellin-floods-4711?utm=port-ellin-rebuilds', 'port ellin floods'],
    ['https://courier.example/port-ellin-floods-5f0c2a9be1', 'port ellin floods'],
    ['https://courier.example/world-news/article', ''],
    ['https://courier.example/%D0%BC%D0%BE%D1%81%D1%82-%D0%B2-%D0%B3%D0%BE%D1%80%D0%BE%D0%B4%D0%B5', 'мост в городе'],
    ['https://courier.example/100%-of-all-votes', 'of all votes'],
    ['', ''],
  ])('the headline in the URL %s is found, without ids', (url, words) => {
    expect(slugOf(url)).toBe(words)
  })
})

describe('titles that are only a date or a time', () => {
  it.each([
    ['20:00', 'en'],
    ['Thursday, June 4, 2026', 'en'],
    ['4 juin 2026, 20h', 'fr'],
    ['Donnerstag, 4. Juni 2026, 18 Uhr', 'de'],
    ['2026-06-04 19:00 GMT', ''],
  ])('the title %s does not identify an event', (title, language) => {
    expect(isDate(title, language)).toBe(true)
    const summary = 'Storm Odile floods Port Ellin'
    expect(termsOf({ title, summary, language })).toEqual({ title: [], summary: [], slug: [] })
  })

  it.each([
    ['4 June: Storm Odile floods Port Ellin', 'en'],
    ['June gloom', 'en'],
    ['20 hurt in Marle', 'en'],
  ])('the title %s identifies an event', (title, language) => {
    expect(isDate(title, language)).toBe(false)
  })
})

describe('the words of an article', () => {
  it('the words of an article come from its title, summary and URL, without stopwords and endings', () => {
    const url = 'https://courier.example/harbour-walls-of-port-ellin'
    const language = 'en'
    const terms = (...words: string[]) => words.map(word => hashTerm(word, language, OPEN_KEY))
    expect(termsOf({ title: 'The mayor’s two boats', summary: 'It floods 1,500 homes.', url, language })).toEqual({
      title: terms('mayor', 'boat'),
      summary: terms('flood', '1500', 'home'),
      slug: terms('harbour', 'wall', 'port', 'ellin'),
    })
  })
})

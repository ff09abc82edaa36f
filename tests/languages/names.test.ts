import { describe, expect, it } from 'vitest'
import { findNames } from '../../src/languages/names.ts'

const names = (text: string, language: string): string[] => [...findNames(text, language).keys()]

describe('names in a text', () => {
  it.each([
    ['en', 'Ferry workers of Port Ellin meet the NATO envoy in Oslo', ['port', 'ellin', 'nato', 'oslo']],
    ['es', 'El alcalde de Valdoria visita Madrid', ['valdori', 'madr']],
    ['fr', 'Le maire de Valdoria reçoit Dupont à Lyon', ['valdori', 'dupont', 'lyon']],
    ['pt', 'O ministro visita Valdoria e Lisboa', ['valdor', 'lisbo']],
    ['ru', 'Министр встретился с Ивановым в Москве', ['иванов', 'москв']],
  ])('names in a text of %s are its capitalised words, except the first', (language, text, expected) => {
    expect(names(text, language)).toEqual(expected)
  })

  it.each([
    ['en', 'Ferry Workers Of Port Ellin Meet Their Mayor Tonight', 'a headline that capitalises all'],
    ['de', 'Der Hafen bekommt eine Brücke aus Stahl', 'a language that capitalises nouns'],
    ['ja', '東京で大雨、電車が止まる', 'a script without capitals'],
    ['ko', '서울에서 폭우로 열차 운행 중단', 'a script without capitals'],
    ['ar', 'وزير الخارجية يصل إلى القاهرة', 'a script without capitals'],
    ['en', 'FERRY WORKERS MEET', 'all of it large'],
  ])('names in a text of %s are not recognised by capitals in %s: %s', (language, text) => {
    expect(names(text, language)).toEqual([])
  })

  it('names in a text include abbreviations and numbers of things anywhere, but not years, quarters and round sums', () => {
    expect(names('BMW Recalls Every A380 Seat In Huge Blow', 'en')).toEqual(['bmw', 'a380'])
    expect(names('Die CDU will mehr', 'de')).toEqual(['cdu'])
    expect(names('flight 370 and 500 of 2014 in Q1', 'en')).toEqual(['370'])
  })

  it('names in a text record which name follows them', () => {
    const found = findNames('crews sail with Ada Berg to Port Ellin, Oslo', 'en')
    expect(Object.fromEntries(found)).toEqual({ ada: 'berg', berg: '', port: 'ellin', ellin: '', oslo: '' })
  })

  it('names in a text do not include the first word of a sentence or quotation', () => {
    expect(names('It rained. Ferries stopped: “Nobody sails”, said Berg', 'en')).toEqual(['berg'])
  })
})

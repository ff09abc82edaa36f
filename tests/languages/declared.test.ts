import { describe, expect, it } from 'vitest'
import { decideLanguage } from '../../src/languages/decide.ts'
import { parseDeclaredLanguage } from '../../src/languages/declared.ts'

describe('a declared language', () => {
  it.each([
    ['en', 'en'],
    ['en_US', 'en-US'],
    ['en-us', 'en-US'],
    [' EN_gb ', 'en-GB'],
    ['en-EN', 'en'],
    ['en-uk', 'en-GB'],
    ['English', 'en'],
    ['english', 'en'],
    ['English (United States)', 'en'],
    ['Deutsch', 'de'],
    ['german', 'de'],
    ['Français', 'fr'],
    ['Francais', 'fr'],
    ['español', 'es'],
    ['Português', 'pt'],
    ['русский', 'ru'],
    ['日本語', 'ja'],
    ['Tiếng Việt', 'vi'],
    ['jp', 'ja'],
    ['cn', 'zh-CN'],
    ['ua', 'uk'],
    ['kr', 'ko'],
    ['eng', 'en'],
    ['ger', 'de'],
    ['deu', 'de'],
    ['fre', 'fr'],
    ['zh_Hant_TW', 'zh-Hant-TW'],
    ['de-DE-u-co-phonebk', 'de-DE'],
    ['iw', 'he'],
    ['de_DE.UTF-8', 'de-DE'],
    ['en, fr', 'en'],
    ['und', null],
    ['mul', null],
    ['utf-8', null],
    ['xx', null],
    ['default', null],
    ['english please', null],
    ['0', null],
    ['', null],
    ['   ', null],
    [null, null],
    [undefined, null],
    ['x'.repeat(10_000), null],
  ])('the declared language %j is read as %j', (written, tag) => {
    expect(parseDeclaredLanguage(written)).toBe(tag)
  })
})

describe('the language of an article', () => {
  const GERMAN = 'Der Bundestag hat am Freitag das neue Rentenpaket verabschiedet'
  const NORWEGIAN = 'Regjeringen vil øke avgiftene på flyreiser neste år'

  it.each([
    ['German, though its feed says English', GERMAN, ['en', null], 'de'],
    [
      'German of Austria, as its source is configured, though its feed says English',
      GERMAN,
      ['en-us', 'de-AT'],
      'de-AT',
    ],
    ['detected where nothing is declared', GERMAN, [null, null], 'de'],
    ['detected where what is declared is nonsense', GERMAN, ['utf-8'], 'de'],
    ['as declared, with its region', 'Fähre nimmt den Betrieb auf', ['de-CH'], 'de-CH'],
    ['as declared where the text says too little', 'iPhone 15 Pro', ['fr'], 'fr'],
    ['by its item before its feed', '2:1', ['pt-BR', 'en'], 'pt-BR'],
    ['unknown where the text says too little and nothing is declared', '🎉 12:30', [null, undefined], ''],
    ['Bokmål, which is Norwegian', NORWEGIAN, ['nb-NO'], 'nb-NO'],
    [
      'Macedonian as declared, which the detector takes for a neighbour',
      'Владата го усвои буџетот за следната година',
      ['mk'],
      'mk',
    ],
    ['Serbian in Latin letters as declared', 'Vlada usvojila budžet za sledeću godinu', ['sr'], 'sr'],
    ['English, though its feed says Welsh', 'Council approves plans for a new swimming pool in the city', ['cy'], 'en'],
    ['Japanese, though its feed says Welsh', '日銀が利上げを決定', ['cy'], 'ja'],
    ['Marathi as declared, in the script of Hindi', 'मुंबईत मुसळधार पावसाचा इशारा', ['mr'], 'mr'],
    ['Danish as declared, though Norwegian is as probable', 'Forfatteren Bent Kjærgaard er død, 78 år', ['da'], 'da'],
  ] as const)('the language of an article is %s', (_, text, declared, language) => {
    expect(decideLanguage(text, declared)).toBe(language)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText, summarise } from '../../src/util/plain-text.ts'

describe('markup as plain text', () => {
  it.each([
    ['<p>One</p><p>Two</p>', 'One Two'],
    ['<ul><li>One<li>Two</ul>', 'One Two'],
    ['A<br>B', 'A B'],
    ['un<b>believ</b>able', 'unbelievable'],
    ['<style>p{}</style>A<script>alert("<p>")</script>B', 'AB'],
    ['<iframe>Your browser cannot</iframe>A', 'A'],
    ['&lt;tag&gt; &amp; &eacute;&#8217;&#x1F600;', '<tag> & é’😀'],
    ['A <b unclosed', 'A'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['\u0007bell\u0000 and \u001b[2Jscreen', 'bell and [2Jscreen'],
    ['שלום \u200fעולם 👨‍👩‍👧', 'שלום \u200fעולם 👨‍👩‍👧'],
  ])('the markup %j is %j as plain text', (markup, text) => {
    expect(plainText(markup)).toBe(text)
  })

  it('markup as plain text is well-formed for any input, and unchanged when converted again unless markup characters remain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), written => {
        const text = plainText(written)
        expect(text.isWellFormed()).toBe(true)
        if (!/[<&]/.test(text)) expect(plainText(text)).toBe(text)
      }),
    )
  })
})

describe('a summary', () => {
  const sentence = 'The council voted on the harbour after a long debate on Monday evening in the hall.'

  it('a summary ends after a sentence if enough text is left', () => {
    expect(summarise(`${sentence} `.repeat(6).trim())).toBe(`${sentence} ${sentence} ${sentence}`)
  })

  it('a summary does not take an abbreviation for the end of a sentence', () => {
    const text = `${'Word and '.repeat(25)}said so. Then Mr. ${'Smith went on and '.repeat(10)}`
    expect(summarise(text).endsWith('said so.')).toBe(true)
  })

  it('a summary ends after a word if no sentence ends, with a sign that it goes on', () => {
    const cut = summarise('harbour '.repeat(60))
    expect(cut).toMatch(/^(?:harbour )+harbour…$/)
    expect(cut.length).toBeLessThanOrEqual(300)
  })

  it.each([
    ['日本語のニュースは長い文章を続けて書くことがある', 'ja'],
    ['ข่าวภาษาไทยเขียนติดกันโดยไม่มีช่องว่างระหว่างคำ', 'th'],
  ])('a summary of a script without spaces ends after a word: %s', (text, language) => {
    const long = text.repeat(20)
    const cut = summarise(long).slice(0, -1)
    const boundaries = [...new Intl.Segmenter(language, { granularity: 'word' }).segment(long)].map(
      ({ index }) => index,
    )
    expect(boundaries).toContain(cut.length)
  })

  it('a summary never ends in the middle of a character', () => {
    expect(summarise('👨‍👩‍👧'.repeat(60))).toMatch(/^(?:👨‍👩‍👧)+…$/u)
  })

  it.each([
    'The post Harbour vote appeared first on Courier.',
    'Der Beitrag Hafen erschien zuerst auf Kurier.',
    'La entrada Puerto se publicó primero en Correo.',
    'Сообщение Порт появились сначала на Курьер.',
    'L’article Port est apparu en premier sur Courrier.',
    'Continue reading...',
    'Read more »',
    'Weiterlesen →',
    'Lire la suite de « Port »',
    '続きを読む',
    '[…]',
    '[...] The post Harbour vote appeared first on Courier.',
  ])('a summary leaves out %j', tail => {
    expect(summarise(`${sentence} ${tail}`)).toBe(sentence)
  })

  it.each(['Children read more books than ever.', 'They did not continue reading the long report aloud.'])(
    'a summary keeps a sentence that only resembles a closing formula: %s',
    text => {
      expect(summarise(text)).toBe(text)
    },
  )

  it('a summary is never much longer than 300 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 700 }), written => {
        const once = summarise(plainText(written))
        expect(once.length).toBeLessThanOrEqual(301)
        expect(once.isWellFormed()).toBe(true)
      }),
    )
  })
})

import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { decode } from '../../src/feeds/decode.ts'
import { bytesOf } from './build.ts'

const labelled = (label: string, text: string) => `<?xml version="1.0" encoding="${label}"?><t>${text}</t>`

describe('bytes of a feed', () => {
  it.each([
    ['windows-1252', '“café” costs 3 € — maybe'],
    ['iso-8859-1', 'café'],
    ['windows-1251', 'Привет, мир'],
    ['koi8-r', 'Привет, мир'],
    ['iso-8859-2', 'zażółć gęślą jaźń'],
    ['shift_jis', '日本語のニュース'],
    ['euc-jp', '日本語のニュース'],
    ['gb18030', '中文新闻'],
    ['big5', '中文新聞'],
    ['euc-kr', '한국어 뉴스'],
    ['cp850', 'Çüé'],
    ['macintosh', 'café'],
    ['windows-1250', 'zażółć gęślą jaźń'],
    ['windows-1253', 'Καλημέρα κόσμε'],
    ['windows-1255', 'שלום עולם'],
    ['windows-1256', 'مرحبا بالعالم'],
    ['windows-874', 'สวัสดีชาวโลก'],
    ['iso-8859-9', 'Türkiye’de şüphe'.replace('’', '')],
    ['koi8-u', 'Привіт, світе ґ'],
    ['big5-hkscs', '香港新聞'],
    ['euc_jp', '日本語のニュース'],
    ['cp932', '日本語のニュース'],
  ])('bytes of a feed labelled %s are decoded as that', (label, text) => {
    expect(decode(iconv.encode(labelled(label, text), label)).text).toContain(text)
  })

  it('bytes of a feed that are valid UTF-8 are decoded as UTF-8, whatever their label', () => {
    const { text, encoding, warnings } = decode(
      bytesOf(labelled('iso-8859-1', 'café — 日本')),
      'text/xml; charset=windows-1252',
    )
    expect(text).toContain('café — 日本')
    expect(encoding).toBe('utf-8')
    expect(warnings.join()).toContain('windows-1252')
  })

  it('bytes of a feed are decoded by the Content-Type if the document says otherwise', () => {
    const bytes = iconv.encode(labelled('iso-8859-1', 'Привет'), 'windows-1251')
    expect(decode(bytes, 'application/rss+xml; charset=windows-1251').text).toContain('Привет')
  })

  it.each(['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])(
    'bytes of a feed in %s are recognised by their zero bytes',
    encoding => {
      const text = labelled('utf-16', 'café 日本')
      const bytes = encoding.startsWith('utf-16')
        ? iconv.encode(text, encoding)
        : Uint8Array.from(
            [...text].flatMap(char => {
              const point = char.codePointAt(0) ?? 0
              const four = [point & 0xff, (point >> 8) & 0xff, (point >> 16) & 0xff, 0]
              return encoding === 'utf-32le' ? four : four.reverse()
            }),
          )
      expect(decode(bytes).text).toContain('café 日本')
    },
  )

  // "日本語のニュース" in JIS X 0208 between its escapes.
  it('bytes of a feed labelled iso-2022-jp are decoded as that, though all of them are ASCII', () => {
    const coded = '\x1b$BF|K\\8l$N%K%e!<%9\x1b(B'
    const { text, encoding } = decode(Buffer.from(labelled('ISO-2022-JP', coded), 'latin1'))
    expect(text).toContain('日本語のニュース')
    expect(encoding).toBe('iso-2022-jp')
  })

  it('bytes of a feed labelled utf-7 are decoded as that, though all of them are ASCII', () => {
    const bytes = Buffer.from(labelled('utf-7', 'Caf+AOk- +ZeVnLIqe- 1 +- 1'), 'latin1')
    expect(decode(bytes).text).toContain('Café 日本語 1 + 1')
    // Not where they cannot be.
    expect(decode(bytesOf(labelled('utf-7', 'café +AOk-'))).text).toContain('café +AOk-')
  })

  it('bytes of a feed wrongly labelled us-ascii are decoded by their actual encoding', () => {
    expect(decode(iconv.encode(labelled('us-ascii', '“café” — 3 €'), 'windows-1252')).text).toContain('“café” — 3 €')
  })

  it('bytes of a feed labelled utf-16 but without zero bytes are not decoded as that', () => {
    expect(decode(bytesOf(labelled('utf-16', 'café'))).text).toContain('café')
  })

  it('bytes of a feed without any label have their encoding guessed', () => {
    const text = '<t>Как пережить новогоднюю ночь и не только её, рассказали сегодня утром</t>'
    expect(decode(iconv.encode(text, 'koi8-r')).text).toBe(text)
  })

  it('bytes of a feed in UTF-8 with one bad byte keep all other text', () => {
    const bytes = Buffer.concat([
      bytesOf('<t>naïve café, déjà vu, über Zürich '),
      Uint8Array.of(0xe9),
      bytesOf(' après</t>'),
    ])
    expect(decode(bytes, 'text/xml; charset=utf-8').text).toMatch(/naïve café, déjà vu, über Zürich . après/)
  })

  it('bytes of a feed with an unknown encoding label are still decoded', () => {
    expect(decode(bytesOf(labelled('no-such-thing', 'plain'))).text).toContain('plain')
  })
})

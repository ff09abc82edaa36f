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
    ['iso-8859-16', 'ședință'],
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

/** Every pair of a lead and a trail byte that a label's encoding defines, as a second implementation decodes it. */
const listPairs = (by: string): (readonly [Buffer, string])[] =>
  Array.from({ length: 126 * 191 }, (_, each) => Buffer.of(0x81 + Math.floor(each / 191), 0x40 + (each % 191))).flatMap(
    pair => {
      const text = iconv.decode(pair, by)
      return text.includes('\ufffd') ? [] : [[pair, text] as const]
    },
  )

const formatCodes = (text: string): string => [...text].map(char => (char.codePointAt(0) ?? 0).toString(16)).join(' ')

/** Decodes many pieces at once, each on a line of its own. */
const decodeLines = (pieces: readonly Buffer[], label: string): string[] => {
  const head = Buffer.from(`<?xml version="1.0" encoding="${label}"?>\n`)
  // A byte that is no UTF-8, so that the label counts.
  const lines = pieces.flatMap(piece => [piece, Buffer.from('\n')])
  return decode(Buffer.concat([head, ...lines]))
    .text.split('\n')
    .slice(1, -1)
}

describe('whole tables', () => {
  it.each([
    ['euc-kr', 'cp949', 17_048],
    ['ks_c_5601-1987', 'cp949', 17_048],
    ['cp949', 'cp949', 17_048],
    ['uhc', 'cp949', 17_048],
    ['big5', 'big5-hkscs', 18_594],
    ['big5-hkscs', 'big5-hkscs', 18_594],
    ['cp950', 'big5-hkscs', 18_594],
    ['gbk', 'gb18030', 23_940],
    ['gb2312', 'gb18030', 23_940],
    ['GB_2312-80', 'gb18030', 23_940],
    ['cp936', 'gb18030', 23_940],
    ['gb18030', 'gb18030', 23_940],
    ['euc-jp', 'euc-jp', 7_399],
  ])('all characters of %s are decoded as a second implementation of %s decodes them', (label, by, count) => {
    const pairs = listPairs(by)
    expect(pairs.length).toBeGreaterThanOrEqual(count)
    const got = decodeLines(
      pairs.map(([pair]) => pair),
      label,
    )
    const wrong = pairs.flatMap(([pair, text], each) =>
      got[each] === text ? [] : [`${pair.toString('hex')}: ${formatCodes(got[each] ?? '')}, not ${formatCodes(text)}`],
    )
    // GB 18030-2022 moved 18 characters out of the private use area, which the older table still has there.
    const moved = by === 'gb18030' ? 18 : 0
    expect(wrong.length, wrong.slice(0, 20).join('\n')).toBe(moved)
  })

  it('all characters of Shift_JIS are decoded as a second implementation decodes them, but those of private use', () => {
    const pairs = listPairs('cp932').filter(([, text]) => text.length === 1 && !/[\ue000-\uf8ff]/.test(text))
    const got = decodeLines(
      pairs.map(([pair]) => pair),
      'Shift_JIS',
    )
    expect(pairs.length).toBeGreaterThan(7_700)
    expect(pairs.filter(([, text], each) => got[each] !== text)).toEqual([])
  })

  it.each(['gbk', 'gb2312', 'gb18030'])('characters of four bytes are decoded in %s', label => {
    const texts = ['\u3400', '\u9fa6', '\u{20000}', '\u{1f600}', '\u{2a6d6}', '\u00e6']
    const pieces = texts.map(text => iconv.encode(text, 'gb18030'))
    expect(pieces.every(({ length }) => length === 4)).toBe(true)
    expect(decodeLines([iconv.encode('中', 'gb18030'), ...pieces], label).slice(1)).toEqual(texts)
  })

  it.each([
    ...['iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7', 'iso-8859-8'],
    ...['iso-8859-10', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15', 'iso-8859-16', 'koi8-r', 'koi8-u', 'ibm866'],
    ...['windows-1250', 'windows-1251', 'windows-1252', 'windows-1253', 'windows-1254', 'windows-1255'],
    ...['windows-1256', 'windows-1257', 'windows-1258', 'windows-874'],
  ])('all bytes of %s are decoded as a second implementation decodes them', label => {
    const bytes = Array.from({ length: 128 }, (_, each) => Buffer.of(0x80 + each))
    const texts = bytes.map(byte => iconv.decode(byte, label === 'ibm866' ? 'cp866' : label))
    const got = decodeLines(bytes, label)
    const wrong = texts.flatMap((text, each) => (text === '\ufffd' || got[each] === text ? [] : [0x80 + each]))
    // The standard gives KOI8-U two Belarusian letters in place of box drawings.
    expect(wrong).toEqual(label === 'koi8-u' ? [0xae, 0xbe] : [])
  })
})

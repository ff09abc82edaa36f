/**
 * Bytes -> text. What the bytes are goes before what a label says they are: a byte order mark, then bytes that are
 * valid UTF-8, then the Content-Type's charset, the XML declaration, and last a guess from the bytes themselves. Never
 * throws.
 */

import { labelToName, TextDecoder as StandardDecoder } from '@exodus/bytes/encoding.js'
import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { C1_CONTROLS, fromWindows1252 } from '../util/windows-1252.ts'

export interface Decoded {
  readonly text: string
  /** WHATWG name of the encoding used. */
  readonly encoding: string
  /** Labels that are unknown or turned out wrong, in words. */
  readonly warnings: readonly string[]
}

// A probe is enough to guess an encoding, and keeps the guess cheap on large documents.
const PROBE = 16_384

interface Decoder {
  readonly encoding: string
  decode(bytes: Uint8Array): string
}

const byIconv = (encoding: string): Decoder => ({
  encoding,
  decode: bytes => iconv.decode(Buffer.from(bytes), encoding),
})

const WINDOWS_1252: Decoder = {
  encoding: 'windows-1252',
  // Latin-1 by the platform, which is quick, and then the 32 characters in which the two differ.
  decode: bytes =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('latin1')
      .replace(C1_CONTROLS, fromWindows1252),
}

/** Names that programs give the same or smaller sets of characters, with `-` for `_`. */
const ALIASES: Readonly<Record<string, string>> = {
  'iso2022-jp': 'iso-2022-jp',
  'euc-jis-2004': 'euc-jp',
  'euc-jisx0213': 'euc-jp',
  'euc-jp-ms': 'euc-jp',
  'eucjp-ms': 'euc-jp',
  'eucjp-win': 'euc-jp',
  eucjp: 'euc-jp',
  'shift-jis-2004': 'shift_jis',
  'shift-jisx0213': 'shift_jis',
  'sjis-win': 'shift_jis',
  cp932: 'shift_jis',
  cp943: 'shift_jis',
  'windows-932': 'shift_jis',
  'big5-hkscs:2004': 'big5',
  big5hkscs: 'big5',
  cp950: 'big5',
  ms950: 'big5',
  'windows-950': 'big5',
  'x-windows-950': 'big5',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  uhc: 'euc-kr',
  euckr: 'euc-kr',
  'x-euc-kr': 'euc-kr',
  'x-windows-949': 'euc-kr',
  'ks-c-5601': 'euc-kr',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  'euc-cn': 'gb18030',
  euccn: 'gb18030',
  'x-euc-cn': 'gb18030',
  'gb18030-2000': 'gb18030',
  'gb18030-2005': 'gb18030',
  'gb18030-2022': 'gb18030',
  'mac-latin2': 'maccenteuro',
}

/**
 * What the WHATWG leaves out and feeds still use: DOS and Macintosh code pages, Python's and Windows' names for others.
 */
const otherDecoder = (label: string): Decoder | undefined => {
  const name = label.toLowerCase().replace(/^x-/, '').replaceAll('_', '-')
  const encoding = [name, name.replaceAll('-', ''), `cp${name}`].find(each => iconv.encodingExists(each))
  return encoding === undefined ? undefined : byIconv(encoding)
}

/** No encoding of text, or none at all (WHATWG: replacement). */
const NO_TEXT = new Set(['replacement', 'x-user-defined'])

const decoderFor = (written: string): Decoder | undefined => {
  const plain = written.toLowerCase().replaceAll('_', '-')
  const label = ALIASES[plain] ?? written
  const name = (labelToName(label) ?? labelToName(plain))?.toLowerCase()
  if (name === undefined || NO_TEXT.has(name)) return otherDecoder(label)
  if (name === 'windows-1252') return WINDOWS_1252
  // Node's own TextDecoder departs from the standard: its EUC-KR is not windows-949, its Big5 lacks Hong Kong's
  // characters, its GBK the four-byte ones.
  return /^utf-/.test(name) ? new TextDecoder(name) : new StandardDecoder(name)
}

const startsWith = (bytes: Uint8Array, ...mark: number[]): boolean => mark.every((byte, index) => bytes[index] === byte)

/** Encoding a byte order mark, or the zero bytes around a first `<`, gives away. */
const encodingByMark = (bytes: Uint8Array): string | undefined => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8'
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0x3c, 0, 0, 0)) return 'utf-32le'
  if (startsWith(bytes, 0, 0, 0xfe, 0xff) || startsWith(bytes, 0, 0, 0, 0x3c)) return 'utf-32be'
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0x3c, 0)) return 'utf-16le'
  if (startsWith(bytes, 0xfe, 0xff) || startsWith(bytes, 0, 0x3c)) return 'utf-16be'
  return wideBySight(bytes)
}

/** UTF-16 that begins with something else than a `<`: every other byte of its first characters is zero. */
const wideBySight = (bytes: Uint8Array): string | undefined => {
  const looked = Math.min(bytes.length, 256) & ~1
  const zeros = [0, 0]
  for (let at = 0; at < looked; at += 1) if (bytes[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (looked < 16) return undefined
  if (odd > looked * 0.4 && even === 0) return 'utf-16le'
  if (even > looked * 0.4 && odd === 0) return 'utf-16be'
  return undefined
}

/** UTF-32 has no decoder on the platform: four bytes a code point. */
const decodeUtf32 = (bytes: Uint8Array, littleEndian: boolean): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: string[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, littleEndian)
    parts.push(point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd')
  }
  return parts.join('')
}

const declaredIn = (bytes: Uint8Array): string | undefined => {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1_024))
  return /<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([^"'\s>]{1,40})["']/i.exec(head)?.[1]
}

const parseCharset = (contentType: string | null | undefined): string | undefined =>
  /;\s*charset\s*=\s{0,9}["']?\s{0,9}([^\s;"']{1,40})/i.exec(contentType ?? '')?.[1]

/** The first position at which bytes stop being UTF-8 is not needed, only whether they are. */
const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const utf7 = (text: string): string =>
  text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, coded: string) => {
    if (coded === '') return '+'
    const bytes = Buffer.from(coded, 'base64')
    return new TextDecoder('utf-16be').decode(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  })

/**
 * @param contentType the HTTP header that came with the bytes, if any
 */
export const decode = (bytes: Uint8Array, contentType?: string | null): Decoded => {
  const marked = encodingByMark(bytes)
  if (marked?.startsWith('utf-32'))
    return { text: strip(decodeUtf32(bytes, marked === 'utf-32le')), encoding: marked, warnings: [] }
  if (marked?.startsWith('utf-16'))
    return { text: strip(new TextDecoder(marked).decode(bytes)), encoding: marked, warnings: [] }

  const labels = [parseCharset(contentType), declaredIn(bytes)].filter(label => label !== undefined)
  if (labels.some(label => /^utf-?7$/i.test(label)) && !bytes.some(byte => byte > 0x7f)) {
    return { text: utf7(new TextDecoder('latin1').decode(bytes)), encoding: 'utf-7', warnings: [] }
  }
  // 7-bit but stateful: valid UTF-8 by its bytes, yet not what it says.
  const stateful = labels.find(label => /^(iso-?2022[-_]jp|hz-gb-2312)/i.test(label))
  const plain = stateful && decoderFor(stateful) ? undefined : utf8(bytes)
  if (plain !== undefined) {
    const wrong = labels.filter(label => !/^(utf-?8|us-ascii|ascii)$/i.test(label) && bytes.some(byte => byte > 0x7f))
    return { text: strip(plain), encoding: 'utf-8', warnings: wrong.map(label => `labelled ${label}, but is UTF-8`) }
  }

  const warnings: string[] = []
  for (const label of labels) {
    // Bytes that are not ASCII disprove a label that says they are.
    const decoder = /^(?:utf-?8|(?:us-)?ascii)$/i.test(label) ? undefined : decoderFor(label)
    // UTF-16 without its zero bytes would have shown above; a label that says so is wrong.
    if (decoder && !decoder.encoding.startsWith('utf-16'))
      return { text: strip(decoder.decode(bytes)), encoding: decoder.encoding, warnings }
    warnings.push(
      /^utf-?8$/i.test(label) ? 'labelled UTF-8, but is not' : `unknown or wrong charset ${JSON.stringify(label)}`,
    )
  }
  const labelledUtf8 = labels.some(label => /^utf-?8$/i.test(label))
  const lenient = new TextDecoder('utf-8').decode(bytes)
  // Mostly UTF-8 with a few bad bytes (a cut-off tail, one pasted byte): keep its readable parts.
  const bad = lenient.split('\ufffd').length - 1
  const high = highBytes(bytes)
  if (bad * 10 <= high || (labelledUtf8 && bad * 4 <= high))
    return { text: strip(lenient), encoding: 'utf-8', warnings: [...warnings, `${bad} bytes are no UTF-8`] }

  const guess = analyse(bytes.subarray(0, PROBE))[0]
  const decoder =
    (guess && guess.confidence >= 20 && !/^utf/i.test(guess.name) ? decoderFor(guess.name) : undefined) ?? WINDOWS_1252
  return {
    text: strip(decoder.decode(bytes)),
    encoding: decoder.encoding,
    warnings: [...warnings, `read as ${decoder.encoding} by its bytes`],
  }
}

const highBytes = (bytes: Uint8Array): number => {
  let count = 0
  for (const byte of bytes) if (byte > 0x7f) count += 1
  return count
}

const strip = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

/** Markup -> plain text, by a real HTML parser: entities decoded, blocks kept apart, no script or style text. Linear in its input. */

import { decodeHTML } from 'entities'
import { Parser } from 'htmlparser2'
import { C1_CONTROLS, fromWindows1252 } from './windows-1252.ts'

const SILENT = new Set(['script', 'style', 'template'])
const INLINE = new Set(
  'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q ruby rb rp rt s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
)

/** Nothing that is shown is longer; what follows is not looked at. */
const LONGEST = 100_000

/**
 * @param html markup or plain text
 * @returns text with white space folded
 */
export const plainText = (html: string): string => {
  if (!html.includes('<')) {
    const text = html.slice(0, LONGEST)
    return fold(text.includes('&') ? decodeHTML(text) : text)
  }
  const parts: string[] = []
  let silent = 0
  const parser = new Parser(
    {
      onopentagname(name) {
        if (SILENT.has(name)) silent += 1
        else if (!INLINE.has(name)) parts.push(' ')
      },
      onclosetag(name) {
        if (SILENT.has(name)) silent = Math.max(0, silent - 1)
        else if (!INLINE.has(name)) parts.push(' ')
      },
      ontext(text) {
        if (silent === 0) parts.push(text)
      },
    },
    { decodeEntities: true, recognizeCDATA: true },
  )
  parser.end(html.slice(0, LONGEST))
  return fold(parts.join(''))
}

/** UTF-8 that was read as Latin-1 and written as UTF-8 once more (`cafÃ©`): read rightly. Anything else stays as it is. */
const unmangled = (text: string): string => {
  if (!/[\u00c2-\u00f4][\u0080-\u00bf]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8 after all: the characters are meant.
    return text
  }
}

/**
 * White space to single blanks; control characters, terminal escapes among them, and stray surrogates go. What was encoded twice or
 * meant as windows-1252 is read as it was meant.
 */
export const fold = (text: string): string =>
  // Zero-width spaces stay within a text, where scripts without blanks need them; alone they are nothing.
  unmangled(text.toWellFormed()).replace(C1_CONTROLS, fromWindows1252).replace(BLANKS, ' ').trim()

const BLANKS = /[\u0000-\u001f\u007f-\u009f\ufeff\s]+/g

/** Markup that arrived escaped once more: `&lt;b&gt;` and the like, so that a second reading shows its text. */
export const looksEscaped = (text: string): boolean =>
  /<\/?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?\/?>|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});/i.test(text)

const TAILS = [
  /\s*(?:the post|der beitrag|l['’]article|el artículo)\s.{1,300}\s(?:appeared first on|erschien zuerst auf|est apparu en premier sur|apareció primero en)\s.{1,100}$/iu,
  /\s*(?:\[(?:…|\.\.\.)\]|continue reading\b.{0,120}|read more\b.{0,60}|weiterlesen\b.{0,60}|lire la suite\b.{0,60}|leer más\b.{0,60})[\s.…»→>]*$/iu,
]

const SUMMARY = 300
/** No boilerplate is longer. */
const TAIL = 500

/**
 * A summary for a list: boilerplate tails dropped, cut after a sentence or, failing that, a word.
 * @param text plain text
 */
export const summarise = (text: string): string => {
  const kept = text.slice(0, SUMMARY * 20)
  const from = Math.max(0, kept.length - TAIL)
  let end = kept.slice(from)
  for (const tail of TAILS) end = end.replace(tail, '')
  const whole = kept.slice(0, from) + end
  if (whole.length <= SUMMARY) return whole
  const room = whole.slice(0, SUMMARY)
  const sentence = Math.max(...['. ', '! ', '? ', '。', '！', '？', '؟ ', '। '].map(end => room.lastIndexOf(end)))
  if (sentence > SUMMARY / 2) return room.slice(0, sentence + 1).trim()
  const word = room.lastIndexOf(' ')
  return `${room
    .slice(0, word > SUMMARY / 2 ? word : SUMMARY - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .trim()}…`
}

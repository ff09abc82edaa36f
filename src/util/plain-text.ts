/**
 * Converts markup to plain text with a real HTML parser: entities decoded, blocks separated, no script or style text.
 * Linear in its input.
 */

import { decodeHTML } from 'entities'
import { Parser } from 'htmlparser2'
import { C1_CONTROLS, fromWindows1252 } from './windows-1252.ts'

/** Elements whose content is not shown as text. */
export const SILENT = new Set('script style template iframe audio video noembed noframes'.split(' '))
export const INLINE = new Set(
  'a abbr acronym b bdi bdo big blink cite code data del dfn em font i ins kbd label mark nobr q ruby rb rp rt s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
)

/** Those of them within which a parser sees no tags. */
const RAW_TEXT = new Set(['iframe', 'noembed', 'noframes'])
const RAW_TEXT_TAG = /<(?:iframe|noembed|noframes)\b[^<>]{0,2000}>/gi

/** Nothing that is shown is longer; the rest is ignored. */
const MAX_LENGTH = 100_000

/**
 * @param html markup or plain text
 * @param isXml whether it is XHTML, in which any element may be closed by its own tag
 * @returns text with white space folded
 */
export const plainText = (html: string, isXml = false): string => {
  if (!html.includes('<')) {
    const text = html.slice(0, MAX_LENGTH)
    return fold(text.includes('&') ? decodeHTML(text) : text)
  }
  const parts: string[] = []
  /** Number of parts before each silent element that is open. */
  const silentFrom: number[] = []
  const parser = new Parser(
    {
      onopentagname(name) {
        if (SILENT.has(name)) silentFrom.push(parts.length)
        else if (!INLINE.has(name)) parts.push(' ')
      },
      onclosetag(name, isImplied) {
        if (SILENT.has(name)) {
          const from = silentFrom.pop() ?? parts.length
          // An element that never ends does not hide the rest, except for a script or style sheet.
          if (!isImplied || name === 'script' || name === 'style') parts.length = from
          else if (RAW_TEXT.has(name)) {
            const rest = parts.splice(from).join('').replace(RAW_TEXT_TAG, ' ')
            parts.push(' ', plainText(rest, isXml))
          }
        } else if (!INLINE.has(name)) parts.push(' ')
      },
      ontext(text) {
        parts.push(text)
      },
    },
    { decodeEntities: true, recognizeCDATA: true, recognizeSelfClosing: isXml },
  )
  parser.end(html.slice(0, MAX_LENGTH))
  return fold(parts.join(''))
}

/** Repairs UTF-8 that was read as Latin-1 and encoded as UTF-8 again (`cafÃ©`). Anything else stays as it is. */
const repairEncoding = (text: string): string => {
  if (!/[\u00c2-\u00f4][\u0080-\u00bf]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text
  const bytes = Buffer.from(text, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not UTF-8 after all: the characters are as intended.
    return text
  }
}

/**
 * Folds white space to single blanks and removes control characters (terminal escapes among them), lone surrogates, and
 * bidirectional control characters, which would otherwise affect the rest of a page. Text that was encoded twice, or
 * meant as windows-1252, is repaired.
 */
export const fold = (text: string): string =>
  // Zero-width spaces stay within a text, where scripts without blanks need them; a text of nothing else becomes empty.
  repairEncoding(text.toWellFormed())
    .replace(C1_CONTROLS, fromWindows1252)
    .replace(TURNS, '')
    .replace(BLANKS, ' ')
    .trim()

/** Cuts to at most `most` UTF-16 units, without splitting a character. */
export const cutTo = (text: string, most: number): string =>
  text.length <= most
    ? text
    : text
        .slice(0, most)
        .replace(/[\ud800-\udbff]$/, '')
        .trim()

const TURNS = /[\u202a-\u202e\u2066-\u2069]+/g
const BLANKS = /[\u0000-\u001f\u007f-\u009f\ufeff\s]+/g

/** Endings that say where a text was published, as blog software writes them in several languages. */
const APPEARED = [
  // The post X appeared first on Y.
  /(?:^|\s)(?:the post|der beitrag|l['’]article|la entrada|el artículo|o post|l['’]articolo|het bericht|artykuł|wpis|сообщение|запись|запис|inlägget|indlægget|innlegget)\s.{1,300}?\s(?:(?:first )?appeared(?: first)? on|erschien zuerst auf|est apparu en premier sur|(?:se publicó|apareció) primero en|apareceu primeiro em|(?:proviene da|sembra essere il primo su)|verscheen eerst op|pochodzi z serwisu|появил[аио]сь сначала на|спершу з['’]явився на|dök först upp på|blev først udgivet på|dukket først opp på)\s.{1,100}$/iu,
  /(?:^|\s)投稿.{1,300}に最初に表示されました。?$/u,
]

/** Endings that say that there is more elsewhere. */
const MORE = [
  /(?<=^|[.!?…。！？\])”"'])\s*(?:continue reading|keep reading|weiterlesen|lire la suite|seguir leyendo|sigue leyendo|continua a leggere|continue lendo|lees verder|czytaj dalej|читать далее|читати далі|läs mer|les mer|læs mere)(?=[^\p{L}]|$).{0,160}$/iu,
  /(?<=^|[.!?…。！？\])”"'])\s*(?:read (?:more|on|the full (?:story|article))|click here to read|mehr lesen|en savoir plus|leer más|leggi tutto|leia mais|devamını oku|続きを読む|阅读全文|閱讀全文|더 보기)(?:[^\p{L}]*|\s*(?:at|on|about|in|here|from|sur|auf|en|su|em)(?=[^\p{L}]|$).{0,80})$/iu,
  /\s*[[(]\s*(?:…|\.\.\.)\s*[\])]\s*(?:[»→>]*)$/u,
]

const SUMMARY = 300
/** No boilerplate is longer. */
const TAIL = 500

/** Removes what says where a text was published, or that there is more, from its end. */
export const withoutTails = (text: string): string => {
  const from = Math.max(0, text.length - TAIL)
  let end = text.slice(from)
  // Two may follow each other: `[…] The post X appeared first on Y.`
  for (let times = 0; times < 2; times += 1) for (const tail of [...APPEARED, ...MORE]) end = end.replace(tail, '')
  return (text.slice(0, from) + end).trimEnd()
}

/** Whether a text says at its end that it goes on elsewhere. */
export const goesOn = (text: string): boolean => {
  let end = text.slice(-TAIL)
  for (const tail of APPEARED) end = end.replace(tail, '')
  return MORE.some(tail => tail.test(end)) || /(?:…|\.\.\.)\s{0,5}$/.test(end)
}

/** Ends of sentences in many scripts, with closing quotes; after a Latin full stop, a new sentence must begin. */
const SENTENCE_END = /[.!?…]["'”’»)\]]{0,2}(?=\s+["'“‘«(¿¡]?[\p{Lu}\p{N}\p{Lo}])|[。！？][」』”）]?|[؟।॥۔](?=\s)/gu
/** A full stop after one of these does not end a sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Jr|Sr|No|vs|Inc|Ltd|Co|e\.g|i\.e|z\.B|bzw|ca|Nr|M|Mme|p|art|approx|Jan|Feb|Aug|Sept|Oct|Nov|Dec|U\.S|U\.K|a\.m|p\.m)\.$/u

/** Where the sentences of a text end, ascending; the last one may go on. */
export const sentenceEnds = (available: string): readonly number[] => {
  const ends: number[] = []
  for (const match of available.matchAll(SENTENCE_END)) {
    if (match[0][0] !== '.' || !ABBREVIATION.test(available.slice(Math.max(0, match.index - 8), match.index + 1)))
      ends.push(match.index + match[0].length)
  }
  return ends
}

const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/**
 * Where the last whole word that fits ends: at a blank, or by segmentation for scripts without blanks. Never within a
 * character.
 */
export const wordEnd = (text: string, most: number): number => {
  const blank = text.lastIndexOf(' ', most)
  if (blank > most / 2) return blank
  let end = 0
  for (const { index } of words.segment(text.slice(0, most + 20))) {
    if (index > most) break
    end = index
  }
  return end > 0 ? end : most
}

/**
 * A summary for a list: boilerplate endings removed, cut after a sentence or, failing that, a word.
 * @param text plain text
 */
export const summarise = (text: string): string => {
  const whole = withoutTails(text.slice(0, SUMMARY * 20))
  if (whole.length <= SUMMARY) return whole.toWellFormed()
  const sentence = sentenceEnds(whole.slice(0, SUMMARY + 2)).at(-1) ?? 0
  if (sentence > SUMMARY / 2 && sentence <= SUMMARY) return whole.slice(0, sentence).trim()
  const cut = whole.slice(0, wordEnd(whole, SUMMARY - 1))
  return `${cut
    .replace(/[\ud800-\udbff]$/, '')
    .toWellFormed()
    .replace(/[\s,;:–—-]+$/u, '')}…`
}

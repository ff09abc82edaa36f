/**
 * Converts markup to plain text in paragraphs: an empty line between blocks, a line break for `br`, list items and rows
 * of tables each on a line. Linear in its input. (pure)
 */

import { Parser } from 'htmlparser2'
import { fold, INLINE, SILENT } from '../../util/plain-text.ts'

/** Elements whose content is no text of the article, besides those that are never shown. */
const APART = new Set([
  ...SILENT,
  ...'noscript button select option textarea form svg math canvas object map head title nav'.split(' '),
])
/** Elements that begin a line, not a paragraph. */
const LINE = new Set(['br', 'li', 'dt', 'dd', 'tr', 'summary', 'caption'])
/** Elements that stand beside others on a line. */
const CELL = new Set(['td', 'th'])

/** An emoji that blog software shows as a picture. */
const EMOJI = /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]|\u200d|\ufe0f){1,12}$/u

const PARAGRAPH = '\u2029'
const LINE_BREAK = '\u2028'

/** Folds the white space of each line, and leaves out empty ones. */
const foldLines = (text: string): string =>
  text
    .split(PARAGRAPH)
    .map(paragraph =>
      paragraph
        .split(LINE_BREAK)
        .map(fold)
        .filter(line => line !== '')
        .join('\n'),
    )
    .filter(paragraph => paragraph !== '')
    .join('\n\n')

/** @param isXml whether it is XHTML, in which any element may be closed by its own tag */
export const markupText = (markup: string, isXml = false): string => {
  const parts: string[] = []
  /** Number of parts before each element that is open and apart. */
  const apartFrom: number[] = []
  /** Lists that are open, and whether the item that is open has no text yet. */
  let lists = 0
  let isAtBullet = false
  const separate = (name: string): void => {
    if (LINE.has(name) || (lists > 0 && (name === 'p' || name === 'div'))) parts.push(LINE_BREAK)
    else if (CELL.has(name)) parts.push(' ')
    else if (!INLINE.has(name) && name !== 'img') parts.push(PARAGRAPH)
  }
  const parser = new Parser(
    {
      onopentag(name, { alt }) {
        if (APART.has(name)) apartFrom.push(parts.length)
        separate(name)
        if (name === 'img' && alt && EMOJI.test(alt)) parts.push(alt)
        if (name === 'ul' || name === 'ol') lists += 1
        else if (name === 'li') isAtBullet = true
      },
      onclosetag(name, isImplied) {
        if (APART.has(name)) {
          const from = apartFrom.pop() ?? parts.length
          // An element that never ends does not hide the rest, except for a script or style sheet.
          if (!isImplied || name === 'script' || name === 'style') parts.length = from
        }
        if (name === 'ul' || name === 'ol') lists -= 1
        else if (name === 'li') isAtBullet = false
        separate(name)
      },
      ontext(text) {
        if (isAtBullet && text.trim() !== '') {
          parts.push('• ')
          isAtBullet = false
        }
        parts.push(/[\u2028\u2029]/.test(text) ? text.replace(/[\u2028\u2029]/g, ' ') : text)
      },
    },
    { decodeEntities: true, recognizeCDATA: true, recognizeSelfClosing: isXml },
  )
  parser.end(markup)
  return foldLines(parts.join(''))
}

/** The paragraphs of a text without markup: empty lines separate them. */
export const textParagraphs = (text: string): string =>
  foldLines(
    text
      .replace(/\r\n?/g, '\n')
      .replace(/\n[^\S\n]*\n\s*/g, PARAGRAPH)
      .replaceAll('\n', LINE_BREAK),
  )

/** The longest beginning of a text that takes at most so many bytes in UTF-8. Never ends within a character. */
export const beginningOf = (text: string, bytes: number): string => {
  if (Buffer.byteLength(text) <= bytes) return text
  const buffer = Buffer.from(text)
  let end = bytes
  while (end > 0 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return buffer.toString('utf8', 0, end)
}

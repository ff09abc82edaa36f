/** Cuts texts and HTML to a number of bytes, after a sentence or, failing that, a word. (pure) */

import { sentenceEnds, wordEnd } from '../../util/plain-text.ts'
import { beginningOf } from './markup-text.ts'
import { readTokens } from './tidy.ts'

/** Characters at the end of what fits that are searched for the end of a sentence. */
const SEARCHED = 2_000

/** @returns the text, or its beginning with an ellipsis if it ends within a sentence */
export const cutText = (text: string, bytes: number): string => {
  if (Buffer.byteLength(text) <= bytes) return text
  const fits = beginningOf(text, Math.max(0, bytes - Buffer.byteLength('…')))
  const from = Math.max(0, fits.length - SEARCHED)
  const paragraph = fits.lastIndexOf('\n\n')
  // What follows decides whether a full stop ends a sentence.
  const ends = sentenceEnds(text.slice(from, fits.length + 2)).filter(end => end <= fits.length - from)
  const sentence = Math.max(from + (ends.at(-1) ?? 0), paragraph >= from ? paragraph : 0)
  if (sentence > from) return fits.slice(0, sentence).trimEnd()
  const word = from + wordEnd(text.slice(from, fits.length + 20), fits.length - from)
  const kept = fits.slice(0, word).replace(/[\s,;:–—-]{1,20}$/u, '')
  return kept === '' ? '' : `${kept}…`
}

/** @returns the text of a piece that fits; it does not end within a character reference */
const cutPiece = (written: string, bytes: number): string => {
  const kept = cutText(written, bytes)
  const reference = kept.lastIndexOf('&')
  if (reference < 0 || kept.includes(';', reference)) return kept
  const isWhole = !written.includes(';', reference) || kept.length > reference + 32
  return isWhole ? kept : `${kept.slice(0, reference).trimEnd()}${kept.endsWith('…') ? '…' : ''}`
}

/**
 * Cuts HTML as `sanitise` returns it: elements that are open at the cut are closed, so it stays well-formed.
 * @param bytes of the result at most
 */
export const cutHtml = (html: string, bytes: number): string => {
  if (Buffer.byteLength(html) <= bytes) return html
  const open: string[] = []
  const kept: string[] = []
  let left = bytes
  for (const { written, kind, name } of readTokens(html)) {
    const size = Buffer.byteLength(written)
    // What an element costs that is opened: its end tag, too.
    const closing = kind === 'open' ? name.length + 3 : 0
    if (kind === 'close') {
      open.pop()
      kept.push(written)
    } else if (size + closing <= left) {
      kept.push(written)
      left -= size + closing
      if (kind === 'open') open.push(name)
    } else {
      if (kind === 'text' && left > 0) kept.push(cutPiece(written, left))
      break
    }
  }
  return [...kept, ...open.toReversed().map(name => `</${name}>`)].join('')
}

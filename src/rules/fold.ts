/** Texts in the form in which they are compared: rules do not care for case, width and ligatures. (pure) */

/** Compatibility form: what patterns are run on. */
export const normaliseText = (text: string): string => text.normalize('NFKC').replace(/[\u2018\u2019]/g, "'")

/** Lower case of a normalised text; a final sigma is a sigma, wherever it stands. */
export const fold = (text: string): string => normaliseText(text).toLowerCase().replaceAll('ς', 'σ')

const WORD = /[\p{L}\p{N}\p{M}_]/u
/** Scripts that put no spaces between words: there a phrase is found anywhere. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const isSpaced = (character: string): boolean => WORD.test(character) && !UNSPACED.test(character)

/** The character that ends before an offset; empty at the beginning. */
const before = (text: string, offset: number): string => {
  const unit = text.charCodeAt(offset - 1)
  return unit >= 0xdc00 && unit <= 0xdfff ? text.slice(offset - 2, offset) : text.slice(Math.max(0, offset - 1), offset)
}

const after = (text: string, offset: number): string => {
  const unit = text.charCodeAt(offset)
  return unit >= 0xd800 && unit <= 0xdbff ? text.slice(offset, offset + 2) : text.slice(offset, offset + 1)
}

/** Whether a word goes on over an offset. */
export const isInWord = (text: string, offset: number): boolean =>
  isSpaced(before(text, offset)) && isSpaced(after(text, offset))

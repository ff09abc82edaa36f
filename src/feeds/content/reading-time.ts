/** How long a text takes to read. (pure) */

/**
 * Words a minute of adults who read English non-fiction silently (Brysbaert: How many words do we read per minute?
 * Journal of Memory and Language 109, 2019). Languages differ by less than readers do.
 */
const WORDS_PER_MINUTE = 238

/** Scripts that write words without blanks between them. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’.,-][\p{L}\p{N}\p{M}]+)*/gu

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Characters of a script without blanks that are segmented; longer texts are extrapolated from them. */
const SEGMENTED = 2_000

/** Words of text in scripts without blanks, by the dictionaries of ICU. */
const countUnspaced = (runs: readonly string[]): number => {
  const text = runs.join(' ')
  const sample = text.slice(0, SEGMENTED)
  let words = 0
  for (const { isWordLike } of segmenter.segment(sample)) if (isWordLike) words += 1
  return Math.round((words * text.length) / Math.max(1, sample.length))
}

/** Counts words; in scripts that write none apart (Chinese, Japanese, Thai and others), those of a dictionary. */
export const countWords = (text: string): number => {
  const unspaced = text.match(UNSPACED)
  const spaced = unspaced === null ? text : text.replace(UNSPACED, ' ')
  return (spaced.match(WORD)?.length ?? 0) + (unspaced === null ? 0 : countUnspaced(unspaced))
}

/** @returns minutes, 1 or more */
export const readingMinutes = (words: number): number => Math.max(1, Math.round(words / WORDS_PER_MINUTE))

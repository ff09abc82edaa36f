/** Packs the table of n-grams of eld, for the languages whose script does not tell them apart. */

import { join } from 'node:path'
import { encodeNgrams, ngramKey } from '../../src/languages/ngrams.ts'

interface Eld {
  readonly languages: Readonly<Record<string, string>>
  /** By n-gram, the scores by number of language. */
  readonly ngrams: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** Languages in Latin, Cyrillic and Arabic letters. */
const KEPT =
  'ar az be bg ca cs da de en es et eu fa fi fr hr hu is it ku lt lv ms nl no pl pt ro ru sk sl sq sr sv tl tr uk ur vi yo'.split(
    ' ',
  )
/** eld leaves this out of every score. */
const BASE = 53

/**
 * @param folder see scripts/write-languages.ts
 * @returns the largest of eld's tables; smaller ones take more headlines of names for Tagalog and Bulgarian
 */
export const packNgrams = async (folder: string): Promise<Buffer> => {
  const { ngramsData } = (await import(join(folder, 'npm', 'eld', 'src', 'ngrams', 'large.js'))) as { ngramsData: Eld }
  const { dictionary } = (await import(join(folder, 'npm', 'eld', 'src', 'dictionary.js'))) as { dictionary: string[] }
  // eld writes each byte as one character; a blank is the edge of a word, and so is every byte that never occurs.
  const bytes = new Map([...dictionary.entries()].filter(([, as]) => as !== ' ').map(([byte, as]) => [as, byte]))
  const entries = new Map<number, [number, number][]>()
  for (const [written, scores] of Object.entries(ngramsData.ngrams)) {
    const kept = Object.entries(scores)
      .map(([id, score]): [number, number] => [KEPT.indexOf(ngramsData.languages[id] ?? ''), score + BASE])
      .filter(([language]) => language >= 0)
    const gram = [...written.trim()].map(as => bytes.get(as))
    if (kept.length === 0 || gram.includes(undefined)) continue
    const key = ngramKey(gram as number[], 0, gram.length, written.startsWith(' '), written.endsWith(' '))
    if (entries.has(key)) throw new Error(`Two n-grams have the key ${key}`)
    entries.set(key, kept)
  }
  return encodeNgrams({ languages: KEPT, entries })
}

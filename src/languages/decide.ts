/** Decides the language of an article: by its text, and by what is declared where the text leaves it open. */

import { parseDeclaredLanguage } from './declared.ts'
import { detectLanguage, detects } from './detect.ts'

/** Languages that a detector cannot, or need not, tell apart in a headline: what is declared stands. */
const ALIKE = ['no nb nn', 'sr hr bs sh cnr', 'id ms', 'fa prs', 'zh yue', 'fil tl', 'ku kmr ckb'].map(group =>
  group.split(' '),
)
/** From this confidence on, the text outweighs what is declared. */
const SURE = 0.8

const primaryOf = (tag: string): string => tag.split('-')[0] ?? ''

const isAlike = (one: string, other: string): boolean =>
  one === other || ALIKE.some(group => group.includes(one) && group.includes(other))

const scriptOf = (language: string): string | undefined => new Intl.Locale(language).maximize().script

/**
 * A declared language that the detector does not know would be mistaken for its neighbour, so it stands, unless the
 * text is English (which software declares languages other than, too) or in another script.
 */
const mayBe = (declared: string, detected: string): boolean =>
  !detects(declared) && detected !== 'en' && scriptOf(declared) === scriptOf(detected)

/**
 * @param text     title and summary
 * @param declared what is declared of the text, as written (`parseDeclaredLanguage`), the most trustworthy first
 * @returns a BCP 47 tag: the declared one, with its region, if the text agrees with one or says too little; otherwise
 *   the primary subtag of what the text is in. Empty if the text says too little and nothing is declared.
 */
export const decideLanguage = (text: string, declared: readonly (string | null | undefined)[]): string => {
  const tags = declared.map(parseDeclaredLanguage).filter(tag => tag !== null)
  const [first] = tags
  const detected = detectLanguage(text, first === undefined ? null : primaryOf(first))
  if (detected === null) return first ?? ''
  const { language, confidence } = detected
  const agreeing = tags.find(tag => isAlike(primaryOf(tag), language))
  if (agreeing !== undefined) return agreeing
  if (first !== undefined && (confidence < SURE || mayBe(primaryOf(first), language))) return first
  return parseDeclaredLanguage(language) ?? language
}

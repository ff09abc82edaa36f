/** Classifies a text by the shipped model and by what was learnt on top of it. (pure) */

import { primaryLanguage } from '../domain/language.ts'
import { languagesWithWords } from '../languages/background.ts'
import { readText, softmax } from './classifier/classifier.ts'
import type { SectionModel } from './classifier/model-file.ts'
import { computeLogits, type Learned } from './last-layer.ts'
import type { Classify } from './sections.ts'
import { isWrittenIn } from './text-language.ts'

/** Whether the model was trained on texts in this language. */
const knowsLanguage = ({ languages }: Pick<SectionModel, 'languages'>, language: string | null): boolean =>
  language !== null && languages.includes(language)

interface Text {
  readonly title: string
  readonly summary: string
  /** BCP 47, as decided; null if it is open. */
  readonly language: string | null
}

/** @returns the language of the model that a text is written in, by its words; null if it is in another one */
export const findTextLanguage = (
  model: Pick<SectionModel, 'languages'>,
  { title, summary, language }: Text,
): string | null => {
  const decided = primaryLanguage(language)
  if (decided !== null && !knowsLanguage(model, decided)) return null
  const text = `${title} ${summary}`
  const possible = decided === null ? model.languages.filter(each => languagesWithWords.has(each)) : [decided]
  return possible.find(each => isWrittenIn(text, each)) ?? null
}

/**
 * Builds a classifier. It returns nothing for a text that is not in a language the model was trained on, and low
 * confidences for a text without a known word.
 * @param otherwise classifies the texts in other languages
 */
export const classifyBy =
  (model: SectionModel, learned?: () => Learned | undefined, otherwise?: Classify): Classify =>
  text => {
    const { title, summary } = text
    if (findTextLanguage(model, text) === null)
      return knowsLanguage(model, primaryLanguage(text.language)) ? [] : (otherwise?.(text) ?? [])
    const reading = readText(model, title, summary)
    const more = learned?.()
    const sections = more?.sections ?? model.sections
    const odds = softmax(more ? computeLogits(reading, more) : reading.logits)
    const hasKnownTerm =
      reading.known > 0 || reading.terms.some(term => model.votes.index.has(term) || more?.votes.has(term) === true)
    return sections
      .map((section, index) => ({ section, confidence: (odds[index] ?? 0) * (hasKnownTerm ? 1 : 0.3) }))
      .sort((a, b) => b.confidence - a.confidence)
  }

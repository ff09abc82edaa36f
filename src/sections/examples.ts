/** Which examples of a section are learnt from, how much each counts, and which of its words. (pure) */

import type { SectionId } from '../domain/section.ts'
import { splitWords } from '../util/words.ts'
import type { Reading } from './classifier/classifier.ts'

/** An article whose section is certain from its publisher's own evidence. */
export interface Example {
  readonly section: SectionId
  readonly source: string
  readonly text: string
  /** ms since the epoch. */
  readonly at: number
}

/** A section is learnt only from this many articles and sources, since fewer show one publisher's habits. */
const MIN_EXAMPLES = 30
const MIN_SOURCES = 2
/** Maximum share of one source in the weight of a section's examples. */
const MAX_SOURCE_SHARE = 0.6
/** A word in more than this share of a source's texts is part of its template. */
const TEMPLATE_SHARE = 0.5
const HALF_LIFE = 14 * 86_400_000

export const groupBySection = (examples: readonly Example[]): [SectionId, Example[]][] => {
  const groups = new Map<SectionId, Example[]>()
  for (const example of examples) {
    const group = groups.get(example.section)
    if (group) group.push(example)
    else groups.set(example.section, [example])
  }
  return [...groups].filter(
    ([, group]) => group.length >= MIN_EXAMPLES && new Set(group.map(({ source }) => source)).size >= MIN_SOURCES,
  )
}

/** Weighs the examples of one section: older ones less, and no source above its maximum share. */
export const weighExamples = (examples: readonly Example[], now: number): number[] => {
  const ages = examples.map(({ at }) => 0.5 ** (Math.max(0, now - at) / HALF_LIFE))
  const bySource = new Map<string, number>()
  for (const [index, { source }] of examples.entries())
    bySource.set(source, (bySource.get(source) ?? 0) + (ages[index] ?? 0))
  const total = [...bySource.values()].reduce((sum, each) => sum + each, 0)
  return examples.map(({ source }, index) => {
    const own = bySource.get(source) ?? 1
    const limit = ((total - own) * MAX_SOURCE_SHARE) / (1 - MAX_SOURCE_SHARE)
    return (ages[index] ?? 0) * Math.min(1, limit / own)
  })
}

/**
 * Finds words in most of a source's texts of a section: its template, which does not help with other sources' texts.
 */
export const findTemplates = (examples: readonly Example[]): Map<string, Set<string>> => {
  const bySource = new Map<string, string[][]>()
  for (const { source, text } of examples)
    bySource.set(source, [...(bySource.get(source) ?? []), [...new Set(splitWords(text))]])
  return new Map(
    [...bySource].map(([source, texts]) => {
      const counts = new Map<string, number>()
      for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1)
      const limit = Math.max(5, texts.length * TEMPLATE_SHARE)
      return [source, new Set([...counts].flatMap(([word, count]) => (count > limit ? [word] : [])))]
    }),
  )
}

/** Finds terms that several sources use for a section, so that one publisher's phrases are not learnt. */
export const findSharedTerms = (examples: readonly Example[], readings: ReadonlyMap<Example, Reading>): Set<string> => {
  const users = new Map<string, Set<string>>()
  for (const example of examples) {
    for (const term of readings.get(example)?.terms ?? []) {
      const sources = users.get(term) ?? new Set()
      users.set(term, sources.add(example.source))
    }
  }
  return new Set([...users].flatMap(([term, sources]) => (sources.size >= MIN_SOURCES ? [term] : [])))
}

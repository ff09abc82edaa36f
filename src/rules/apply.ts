/** What a verdict makes of an article. (pure) */

import type { Article } from '../domain/article.ts'
import type { SectionId } from '../domain/section.ts'
import type { Verdict } from './compile.ts'

/** Sections that an article is stored with at most. */
const MAX_SECTIONS = 3

/** A section that rules set replaces all others; one that they add comes after the first. */
const decideSections = (
  { section, sections }: Pick<Article, 'section' | 'sections'>,
  verdict: Verdict,
  isKnown: (id: SectionId) => boolean,
): Pick<Article, 'section' | 'sections'> => {
  const set = verdict.section !== undefined && isKnown(verdict.section) ? verdict.section : null
  const primary = set ?? section
  const all = [primary, ...verdict.addSection.filter(isKnown), ...(set === null ? sections : [])]
  return { section: primary, sections: [...new Set(all)].slice(0, MAX_SECTIONS) }
}

/** What is stored of a verdict besides sections. */
export const decideRuling = ({
  rules,
  hide,
  drop,
  weight,
  story,
  label,
}: Verdict): Required<Pick<Article, 'ruled'>> & Pick<Article, 'labels'> => ({
  ...(label.length > 0 ? { labels: label } : {}),
  ruled: {
    rules,
    // What would be dropped and is an article already is in no list from now on.
    ...(hide || drop ? { isHidden: true as const } : {}),
    ...(weight === undefined ? {} : { weight }),
    ...(story === false ? { isAlone: true as const } : {}),
  },
})

/**
 * The article with its sections, labels, weight and place as the rules say.
 * @param isKnown whether the taxonomy has a section: a live rule may name one that it lost since
 */
export const applyVerdict = (article: Article, verdict: Verdict, isKnown: (id: SectionId) => boolean): Article => {
  const decided = decideSections(article, verdict, isKnown)
  const named = decided.sections.filter(
    id => !article.sections.includes(id) || (id === decided.section && id !== article.section),
  )
  const what = verdict.rules.join(', ')
  return {
    ...article,
    ...decided,
    evidence: [...named.map(section => ({ section, from: 'rule' as const, what, weight: 1 })), ...article.evidence],
    ...decideRuling(verdict),
  }
}

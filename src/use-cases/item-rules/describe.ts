/** What rules do, in a few words. (pure) */

import type { Verdict } from '../../rules/compile.ts'
import type { Actions } from '../../rules/rule.ts'

/** For instance `hide, label sponsored`. */
export const describeActions = (actions: Actions): string => {
  const { drop, hide, section, addSection = [], label = [], weight, content, story } = actions
  return [
    ...(drop ? ['drop'] : []),
    ...(hide ? ['hide'] : []),
    ...(section === undefined ? [] : [`section ${section}`]),
    ...addSection.map(id => `also in ${id}`),
    ...label.map(name => `label ${name}`),
    ...(weight === undefined ? [] : [`weight ${weight}`]),
    ...(content === undefined ? [] : [content === 'off' ? 'keep no text' : `keep ${content} only`]),
    ...(story === false ? ['no story'] : []),
  ].join(', ')
}

/** The same of all rules that matched, with their ids. */
export const describeVerdict = (verdict: Verdict): string =>
  `${describeActions({ ...verdict, addSection: [...verdict.addSection], label: [...verdict.label] })} (${verdict.rules.join(', ')})`

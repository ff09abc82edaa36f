/** Says in words what was made of an article's title. (pure) */

import type { ItemKind } from '../../../domain/item-kind.ts'
import { findItemKind } from './item-kind.ts'
import { readTitle } from './marks.ts'

const NAMES: Readonly<Record<ItemKind, string>> = {
  landing: 'landing page',
  bulletin: 'bulletin',
  'round-up': 'round-up',
}

/** @returns what is shown in place of the title, and which kind of item it is, a line each; none for a plain headline */
export const describeTitle = (article: {
  readonly title: string
  readonly language: string
  readonly url: string
}): string[] => {
  const { headline, marks } = readTitle(article.title, article.language)
  const found = findItemKind(article, headline)
  return [
    ...(marks.length > 0 ? [`Shown as ${JSON.stringify(headline)}`] : []),
    ...marks.map(({ text, why }) => `left out ${JSON.stringify(text)}: ${why}`),
    ...(found ? [`Not a report on one event but a ${NAMES[found.kind]}: ${found.why}`] : []),
  ]
}

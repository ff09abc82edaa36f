/** Explains to people how an article's title was read: `newsdesk explain` and the admin UI show it. (pure) */

import type { ItemKind } from '../../../domain/item-kind.ts'
import { findItemKind } from './item-kind.ts'
import { readTitle } from './marks.ts'

const NAMES: Readonly<Record<ItemKind, string>> = {
  landing: 'landing page',
  bulletin: 'bulletin',
  'round-up': 'round-up',
}

/**
 * @returns lines of text: the headline that is shown, what was left out of the title and why, and the kind of item;
 *   empty for a plain headline
 */
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

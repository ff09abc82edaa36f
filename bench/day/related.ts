/**
 * Kinds of "you may also like" entries, by a simple rule that knows the labels of the day. It is coarser than a judge:
 * two articles are on one topic if they share two words that few labels have, one of them in both titles. (pure)
 */

import type { Item } from './build.ts'
import type { Outcome } from './outcome.ts'

/** A page shows so many. */
const SHOWN = 5
/** A word that more labels have than this share of them says nothing about a topic. */
const RARE = 0.02
const SHARED = 2

/** In the order in which they are tried. */
export const RELATED_KINDS = ['ownStory', 'sameEvent', 'sameTopic', 'sameSection', 'junk'] as const
export type RelatedKind = (typeof RELATED_KINDS)[number]

export interface RelatedKinds {
  /** Of all entries that pages show, by kind. */
  readonly shares: Readonly<Record<RelatedKind, number>>
  /** Share of lists that do not fill their panel. */
  readonly short: number
  /** @returns what an entry is to the article whose list it is in; null where either is unknown */
  readonly kindOf: (article: string, entry: string) => RelatedKind | null
}

interface Words {
  readonly all: ReadonlySet<string>
  readonly title: ReadonlySet<string>
}

const split = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []

/** Words of each item that few labels have. */
const findRareWords = (items: readonly Item[]): ReadonlyMap<string, Words> => {
  const labels = new Map<string, Set<string>>()
  for (const { title, summary, label } of items)
    for (const word of split(`${title} ${summary}`)) labels.set(word, (labels.get(word) ?? new Set()).add(label))
  const most = RARE * new Set(items.map(({ label }) => label)).size
  const rare = (text: string): Set<string> => new Set(split(text).filter(word => (labels.get(word)?.size ?? 0) <= most))
  return new Map(items.map(({ id, title, summary }) => [id, { all: rare(`${title} ${summary}`), title: rare(title) }]))
}

const isOneTopic = (one: Words | undefined, other: Words | undefined): boolean => {
  if (!one || !other) return false
  const shared = [...one.all].filter(word => other.all.has(word))
  return shared.length >= SHARED && shared.some(word => one.title.has(word) && other.title.has(word))
}

export const judgeRelated = (items: readonly Item[], { lists, articles }: Outcome): RelatedKinds => {
  const byId = new Map(items.map(item => [item.id, item]))
  const rare = findRareWords(items)
  const kindOf = (article: string, entry: string): RelatedKind | null => {
    const [one, other] = [byId.get(article), byId.get(entry)]
    const [stored, another] = [articles.get(article), articles.get(entry)]
    if (!one || !other || !stored || !another) return null
    if (stored.story === another.story) return 'ownStory'
    if (one.label === other.label) return 'sameEvent'
    if (isOneTopic(rare.get(article), rare.get(entry))) return 'sameTopic'
    return stored.section === another.section ? 'sameSection' : 'junk'
  }
  const shown = items.map(({ id }) =>
    (lists.get(`related:${id}`) ?? []).slice(0, SHOWN).map(entry => kindOf(id, entry.id)),
  )
  const kinds = shown.flat().filter(kind => kind !== null)
  const shareOf = (kind: RelatedKind): number => kinds.filter(each => each === kind).length / Math.max(1, kinds.length)
  return {
    shares: {
      ownStory: shareOf('ownStory'),
      sameEvent: shareOf('sameEvent'),
      sameTopic: shareOf('sameTopic'),
      sameSection: shareOf('sameSection'),
      junk: shareOf('junk'),
    },
    short: shown.filter(({ length }) => length < SHOWN).length / Math.max(1, shown.length),
    kindOf,
  }
}

/** Kinds of items of a feed that are no ordinary report on one event (src/articles/rules/titles/item-kind.ts). */

/**
 * `landing`: a page that lists others, such as a topic page. `bulletin`: an issue of something regular, whose title
 * tells only which. `round-up`: several pieces of news in one item.
 */
export const ITEM_KINDS = ['landing', 'bulletin', 'round-up'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

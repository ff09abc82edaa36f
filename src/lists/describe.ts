/** The table of lists in docs/redis-contract.md, made from their definitions. */

import type { ListDefinition } from './definitions/definition.ts'
import { RELATED } from './registry.ts'

const key = ({ name, windows, partitions }: ListDefinition): string =>
  `newsdesk:list:${name}${windows.length > 0 ? ':<window>' : ''}${partitions.includes('section') ? '[:<section>]' : ''}`

/** Markdown. */
export const listTable = (definitions: readonly ListDefinition[]): string =>
  [
    '| list | entries |',
    '| --- | --- |',
    ...definitions.map(each => `| \`${key(each)}\` | ${each.describe} |`),
    `| \`newsdesk:list:${RELATED}:<articleId>\` | "You May Also Like" beside an article |`,
  ].join('\n')

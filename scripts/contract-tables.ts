/**
 * Generates the tables of docs/redis-contract.md from the code, between `<!-- generated: name -->` and `<!-- /generated
 * -->`.
 */

import { EVENT_KINDS } from '../src/domain/counts.ts'
import { EVENT_KIND_TABLE } from '../src/domain/event-kinds.ts'
import type { ListDefinition } from '../src/lists/definitions/definition.ts'
import { DEFINITIONS } from '../src/lists/definitions/index.ts'
import { RELATED } from '../src/lists/registry.ts'

const listKey = ({ name, windows, partitions }: ListDefinition): string =>
  `newsdesk:list:${name}${windows.length > 0 ? ':<window>' : ''}${partitions.includes('section') ? '[:<section>]' : ''}`

const listTable = (): string =>
  [
    '| list | entries |',
    '| --- | --- |',
    ...DEFINITIONS.map(each => `| \`${listKey(each)}\` | ${each.describe} |`),
    `| \`newsdesk:list:${RELATED}:<articleId>\` | "You May Also Like" beside an article |`,
  ].join('\n')

const kindTable = (): string =>
  [
    '| kind | counted in | once per article and visitor | list | taken back by |',
    '| --- | --- | --- | --- | --- |',
    ...EVENT_KINDS.map(kind => {
      const row: { counter: string; perVisitor: boolean; list: string | null; undo?: string } = EVENT_KIND_TABLE[kind]
      const { counter, perVisitor, list, undo } = row
      const within = perVisitor ? 'yes, within `events.dedupWindow`' : 'no'
      return `| \`${kind}\` | \`${counter}\` | ${within} | ${list === null ? '' : `\`${list}\``} | ${undo === undefined ? '' : `\`${undo}\``} |`
    }),
  ].join('\n')

/** @throws Error if the document has no such part */
const replaceBlock = (document: string, name: string, block: string): string => {
  const [before = '', after, ...more] = document.split(`<!-- generated: ${name} -->\n`)
  const end = after?.indexOf('<!-- /generated -->') ?? -1
  if (after === undefined || more.length > 0 || end < 0)
    throw new Error(`expected one part "<!-- generated: ${name} -->" that ends with "<!-- /generated -->"`)
  return `${before}<!-- generated: ${name} -->\n${block}\n${after.slice(end)}`
}

/** The page with its tables replaced by current ones. */
export const withContractTables = (page: string): string =>
  replaceBlock(replaceBlock(page, 'lists', listTable()), 'event-kinds', kindTable())

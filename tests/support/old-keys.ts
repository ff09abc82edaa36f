/** Keys as versions up to schema 5 named them, which a short run of such a version does not all write; to be put beside a recorded fixture. */

import type { Dumped } from './dump.ts'

const pin = JSON.stringify({ kind: 'pin', what: 'a', list: 'must-reads', by: 'ana', at: 1, until: 9e12 })

/** Under the prefix `newsdesk`. */
export const OLD_KEYS: readonly Dumped[] = [
  { key: '{newsdesk:room}', lives: -1, type: 'hash', value: { horizon: '5', dropped: '7', begun: '3', short: '1' } },
  { key: '{newsdesk:room}:leaving', lives: -1, type: 'zset', value: ['gone', '10'] },
  { key: '{newsdesk:editors}:placements', lives: -1, type: 'hash', value: { 'pin must-reads a': pin } },
  {
    ...{ key: '{newsdesk:editors}:log', lives: -1, type: 'stream', groups: [] },
    value: [
      ['5-1', ['did', 'placed', 'what', pin]],
      ['6-0', ['did', 'lifted', 'what', pin]],
    ],
  },
  { key: 'newsdesk:sources:price', lives: -1, type: 'string', value: '180000' },
  { key: 'newsdesk:read-by:someone', lives: 20_000_000, type: 'list', value: ['b', 'a'] },
  {
    ...{ key: '{newsdesk:source:herald}', lives: -1, type: 'hash' },
    value: {
      ...{ title: 'The Herald', pulse: '1 2', profile: 'p', silentSince: '11', distrustsIds: '1' },
      ...{ lieAt: '12', lieHow: 'were wrong' },
    },
  },
]

/** What each of them is called from schema 6 on, and other keys of a fixture by what stands before their ids. */
export const RENAMED: readonly (readonly [string, string])[] = [
  ['{newsdesk:room}:leaving', '{newsdesk:eviction}:pending'],
  ['{newsdesk:room}', '{newsdesk:eviction}'],
  ['{newsdesk:editors}:placements', '{newsdesk:overrides}'],
  ['{newsdesk:editors}:log', '{newsdesk:overrides}:log'],
  ['{newsdesk:usual}', '{newsdesk:baseline}'],
  ['{newsdesk:publish}:asked', '{newsdesk:publish}:sequence'],
  ['{newsdesk:shown-by:', '{newsdesk:related-back-links:'],
  ['newsdesk:sources:price', 'newsdesk:sources:fetch-cost'],
  ['newsdesk:visited-by:', 'newsdesk:viewed-by:'],
  ['newsdesk:read-by:', 'newsdesk:viewer:'],
  ['newsdesk:read-beside:', 'newsdesk:co-viewed:'],
]

const FIELDS: Readonly<Record<string, string>> = {
  ...{ pulse: 'recent', profile: 'model', silentSince: 'stalledSince', distrustsIds: 'unstableIds' },
  ...{ lieAt: 'unreliableAt', lieHow: 'unreliableHow', dropped: 'evicted', begun: 'startedAt' },
}

/** A key as schema 6 has it. */
export const asRenamed = (dumped: Dumped): Dumped => {
  const renamed = RENAMED.find(([before]) => dumped.key.startsWith(before))
  const key = renamed
    ? `${renamed[1]}${dumped.key.slice(renamed[0].length)}`
    : dumped.key.replace(/(source:\w+\}):spans$/, '$1:item-hashes')
  const hasFields = dumped.type === 'hash' && /^\{newsdesk:(source:\w+|room)\}$/.test(dumped.key)
  if (!hasFields) return { ...dumped, key }
  const value = Object.fromEntries(
    Object.entries(dumped.value).map(([field, text]) => [FIELDS[field] ?? field, text] as const),
  )
  return { ...dumped, key, value }
}

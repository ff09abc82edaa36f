/**
 * Renames keys and fields to the terms of the glossary: eviction, overrides, baseline, viewed and co-viewed, related
 * back-links, item hashes, fetch cost. Values do not change. Both names are literals here, since a later version may
 * change the constants.
 */

import { scanKeys } from '../../redis/scan.ts'
import { loadScript, runScript } from '../../redis/script.ts'
import type { Migration, MigrationParts } from './migration.ts'
import { moveKey } from './move-key.ts'

const renameFields = loadScript(new URL('./rename-fields.lua', import.meta.url))

/** Old and new names of single keys; `{` starts a hash tag. */
const KEYS: Readonly<Record<string, string>> = {
  '{room}': '{eviction}',
  '{room}:leaving': '{eviction}:pending',
  '{editors}:placements': '{overrides}',
  '{editors}:log': '{overrides}:log',
  '{usual}': '{baseline}',
  '{publish}:asked': '{publish}:sequence',
  'sources:price': 'sources:fetch-cost',
}

/** Old and new prefixes of keys of which there is one per article, visitor or hour. */
const FAMILIES = [
  ['{usual}:', '{baseline}:'],
  ['visited-by:', 'viewed-by:'],
  ['read-by:', 'viewer:'],
  ['read-beside:', 'co-viewed:'],
] as const

const EVICTION_FIELDS = ['dropped', 'evicted', 'begun', 'startedAt'] as const
const SOURCE_FIELDS = [
  ...['pulse', 'recent', 'profile', 'model', 'silentSince', 'stalledSince', 'distrustsIds', 'unstableIds'],
  ...['lieAt', 'unreliableAt', 'lieHow', 'unreliableHow'],
] as const
const OLD_SOURCE_FIELDS = SOURCE_FIELDS.filter((_, at) => at % 2 === 0)

/** New name of a key of related back-links: the last character of the article id chooses one of four slots. */
const newBackLinks = (name: string): string | null => {
  const id = /^(?:shown-by|\{shown-by:[^{}]*\}):([^:]+)$/.exec(name)?.[1]
  return id === undefined ? null : `{related-back-links:${id.charCodeAt(id.length - 1) % 4}}:${id}`
}

/** @param name without the prefix of newsdesk @returns its new name; null for keys that keep theirs */
const newName = (name: string): string | null => {
  const single = KEYS[name]
  if (single !== undefined) return single
  const family = FAMILIES.find(([before]) => name.startsWith(before))
  return family ? `${family[1]}${name.slice(family[0].length)}` : newBackLinks(name)
}

const escapeGlob = (text: string): string => text.replace(/[*?[\]\\]/g, '\\$&')

/** Renames the keys and fields of one page of keys. @returns how many had an old name or old fields */
const migratePage = async (
  { redis, keys: { prefix } }: MigrationParts,
  page: readonly string[],
  isDry: boolean,
): Promise<number> => {
  const [tagged, plain] = [`{${prefix}:`, `${prefix}:`]
  const named = page.flatMap(key => {
    const name = key.startsWith(tagged)
      ? `{${key.slice(tagged.length)}`
      : key.startsWith(plain)
        ? key.slice(plain.length)
        : ''
    return name === '' ? [] : [{ key, name }]
  })
  const moved = named.flatMap(({ key, name }) => {
    const to = newName(name)
    return to === null ? [] : [{ key, to: to.startsWith('{') ? `${tagged}${to.slice(1)}` : `${plain}${to}` }]
  })
  const sources = named.filter(({ name }) => /^\{source:[^}]*\}$/.test(name)).map(({ key }) => key)
  const fields = await Promise.all(sources.map(key => redis.hmget(key, ...OLD_SOURCE_FIELDS)))
  const old = sources.filter((_, at) => fields[at]?.some(value => value !== null))
  if (!isDry) {
    // Item hashes are not counted: an earlier migration may drop them, which only costs parsing the whole feed once.
    const itemHashes = named.filter(({ name }) => /^\{source:[^}]*\}:spans$/.test(name)).map(({ key }) => key)
    await Promise.all([
      ...moved.map(({ key, to }) => moveKey(redis, key, to)),
      ...itemHashes.map(key => moveKey(redis, key, key.replace(/spans$/, 'item-hashes'))),
      ...old.map(key => runScript(redis, renameFields, [key], [...SOURCE_FIELDS])),
    ])
  }
  return moved.length + old.length
}

export const keyNames: Migration = {
  to: 6,
  what: 'gives keys and fields the names they have now',
  isAdditive: false,

  async run(parts, isDry) {
    const { redis, keys, onProgress } = parts
    let found = 0
    let looked = 0
    // The prefix may have `{` before it.
    for await (const page of scanKeys(redis, `*${escapeGlob(keys.prefix)}:*`)) {
      found += await migratePage(parts, page, isDry)
      looked += page.length
      onProgress(looked)
    }
    // Always run, since an earlier run may have died between renaming the key and renaming its fields.
    if (!isDry) await runScript(redis, renameFields, [`{${keys.prefix}:eviction}`], [...EVICTION_FIELDS])
    return found
  },
}

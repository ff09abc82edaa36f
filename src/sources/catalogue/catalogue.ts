/**
 * Which sources exist: those of config/sources.yaml, plus what was added, paused and removed on the command line, which
 * is kept in Redis. The file belongs to the operator and is never written. If both define the same id, the definition
 * in the file counts; pausing and removing apply to either. A version counter in Redis tells every process when to read
 * again.
 */

import { randomInt } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { Source, type SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'

const SourceOverride = z.object({ enabled: z.boolean().optional(), removed: z.boolean().optional() })
export type SourceOverride = z.infer<typeof SourceOverride>

export interface Overlay {
  readonly version: number
  readonly added: readonly Source[]
  readonly overrides: ReadonlyMap<string, SourceOverride>
  /** Entries that could not be read, each with its id. */
  readonly problems: readonly string[]
}

export const NO_OVERLAY: Overlay = { version: 0, added: [], overrides: new Map(), problems: [] }

/**
 * Merges the file and the overlay into the current catalogue. (pure)
 * @returns the file's sources first, in their order, then the added ones
 */
export const mergeCatalogue = (file: readonly Source[], { added, overrides }: Overlay): readonly Source[] => {
  const own = new Set(file.map(({ id }) => id))
  return [...file, ...added.filter(({ id }) => !own.has(id))].flatMap(source => {
    const override = overrides.get(source.id)
    if (override?.removed) return []
    return override?.enabled === undefined ? [source] : [{ ...source, enabled: override.enabled }]
  })
}

/** Added sources that are ignored because the file has their id. (pure) */
export const shadowed = (file: readonly Source[], { added }: Overlay): readonly SourceId[] => {
  const own = new Set(file.map(({ id }) => id))
  return added.filter(({ id }) => own.has(id)).map(({ id }) => id)
}

export interface Catalogue {
  /** The sources in force; the same array as long as nothing changed. */
  list(): readonly Source[]
  overlay(): Overlay
  /** Whether config/sources.yaml has a source with this id. */
  isInFile(id: string): boolean
  /**
   * Checks whether another process changed the catalogue; if so, `list` returns another array.
   * @returns whether it did
   */
  refresh(): Promise<boolean>
  /** @throws CatalogueError if an id is taken */
  add(sources: readonly Source[]): Promise<void>
  /** Also restores a source of the file that was removed. */
  setEnabled(ids: readonly SourceId[], enabled: boolean): Promise<void>
  remove(ids: readonly SourceId[]): Promise<void>
}

export class CatalogueError extends Error {
  readonly code = 'CATALOGUE'
}

export interface CatalogueParts extends Store {
  /** Sources of the configuration in force; a reload may change them. */
  readonly file: () => readonly Source[]
}

/** The first version is a random number below this. */
const FIRST_VERSIONS = 2 ** 40

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Parses the entries of a hash. Those that do not match the schema are reported in `problems`. */
const readEntries = <Schema extends z.ZodType>(
  hash: Readonly<Record<string, string>>,
  schema: Schema,
  what: string,
  problems: string[],
): [string, z.output<Schema>][] =>
  Object.entries(hash).flatMap(([id, text]) => {
    const parsed = schema.safeParse(json(text))
    if (parsed.success) return [[id, parsed.data] as [string, z.output<Schema>]]
    problems.push(
      `the ${what} of source ${id} in Redis cannot be read and does not count: ${parsed.error.issues[0]?.message}`,
    )
    return []
  })

/** Formats a source for Redis, with durations as in YAML, so that it is parsed like one from there. */
const written = ({ interval, ...source }: Source): string =>
  JSON.stringify({ ...source, ...(interval === undefined ? {} : { interval: `${interval}ms` }) })

export const createCatalogue = ({ redis, keys, file }: CatalogueParts): Catalogue => {
  let overlay: Overlay = NO_OVERLAY
  let merged: { file: readonly Source[]; overlay: Overlay; list: readonly Source[] } | null = null

  const list = (): readonly Source[] => {
    const now = file()
    if (merged === null || merged.file !== now || merged.overlay !== overlay)
      merged = { file: now, overlay, list: mergeCatalogue(now, overlay) }
    return merged.list
  }

  const refresh = async (): Promise<boolean> => {
    const version = Number((await redis.get(keys.catalogueVersion())) ?? 0)
    if (version === overlay.version) return false
    const read = await redis
      .multi()
      .get(keys.catalogueVersion())
      .hgetall(keys.addedSources())
      .hgetall(keys.sourceOverrides())
      .exec()
    const [at, added, overrides] = (read ?? []).map(([error, value]) => {
      if (error) throw error
      return value
    }) as [string | null, Record<string, string>, Record<string, string>] // replies of the three commands above
    const problems: string[] = []
    overlay = {
      version: Number(at ?? 0),
      added: readEntries(added, Source, 'definition', problems).map(([, source]) => source),
      overrides: new Map(readEntries(overrides, SourceOverride, 'override', problems)),
      problems,
    }
    return true
  }

  /** Writes and raises the version in one transaction, then reads the result. */
  const change = async (write: (multi: ReturnType<Redis['multi']>) => void): Promise<void> => {
    // The first version is random: after Redis came back empty, it must not reach a number that other processes know
    // already.
    const multi = redis
      .multi()
      .set(keys.catalogueVersion(), randomInt(FIRST_VERSIONS), 'NX')
      .incr(keys.catalogueVersion())
    write(multi)
    for (const [error] of (await multi.exec()) ?? []) if (error) throw error
    await refresh()
  }

  const override = (ids: readonly SourceId[], changed: SourceOverride) =>
    change(multi => {
      for (const id of ids)
        multi.hset(keys.sourceOverrides(), id, JSON.stringify({ ...overlay.overrides.get(id), ...changed }))
    })

  return {
    list,
    refresh,
    overlay: () => overlay,
    isInFile: id => file().some(source => source.id === id),

    async add(sources) {
      await refresh()
      const taken = new Set<string>(list().map(({ id }) => id))
      for (const { id } of sources) {
        if (taken.has(id)) throw new CatalogueError(`there is a source ${JSON.stringify(id)} already: name another id`)
        taken.add(id)
      }
      await change(multi => {
        for (const source of sources) {
          multi.hset(keys.addedSources(), source.id, written(source))
          multi.hdel(keys.sourceOverrides(), source.id)
        }
      })
    },

    async setEnabled(ids, enabled) {
      await refresh()
      await override(ids, { enabled, removed: false })
    },

    async remove(ids) {
      await refresh()
      const fromFile = ids.filter(id => file().some(source => source.id === id))
      await change(multi => {
        multi.hdel(keys.addedSources(), ...ids)
        multi.hdel(keys.sourceOverrides(), ...ids)
        // The file is never written: a source defined there is removed by an override.
        for (const id of fromFile) multi.hset(keys.sourceOverrides(), id, JSON.stringify({ removed: true }))
      })
    },
  }
}

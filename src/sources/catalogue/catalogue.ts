/**
 * Which sources exist: those of config/sources.yaml, plus what was added, paused and removed on the command line, which
 * is kept in Redis. The file belongs to the operator and is never written. If both define the same id, the definition
 * in the file counts; pausing and removing apply to either. A version counter in Redis tells every process when to read
 * again. Settings of a source in the file can be overridden in Redis, and reset to what the file says.
 */

import { randomInt } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { SectionId } from '../../domain/section.ts'
import { Source, SourceId } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'

/** Settings that can be edited in place; null for none, where a source may go without. */
export const SourceSettings = z.object({
  name: Source.shape.name.max(200).optional(),
  section: SectionId.optional(),
  weight: Source.shape.weight.unwrap().optional(),
  language: Source.shape.language.unwrap().nullable().optional(),
  /** ms */
  interval: z.int().min(1_000).nullable().optional(),
})
export type SourceSettings = z.infer<typeof SourceSettings>

const SourceOverride = z.object({
  enabled: z.boolean().optional(),
  removed: z.boolean().optional(),
  /** Settings in place of those in the file. */
  settings: SourceSettings.optional(),
})
export type SourceOverride = z.infer<typeof SourceOverride>

/** What Redis holds of a source: its definition, if it was added, and its override. For undoing changes. */
export const StandingSource = z.object({
  id: SourceId,
  /** As written in YAML. */
  added: z.string().nullable(),
  override: SourceOverride.nullable(),
})
export type StandingSource = z.infer<typeof StandingSource>

export interface Overlay {
  readonly version: number
  readonly added: readonly Source[]
  readonly overrides: ReadonlyMap<string, SourceOverride>
  /** Entries that could not be read, each with its id. */
  readonly problems: readonly string[]
}

export const NO_OVERLAY: Overlay = { version: 0, added: [], overrides: new Map(), problems: [] }

/** A source with some of its settings replaced. (pure) */
export const withSettings = (source: Source, settings: SourceSettings): Source => {
  const { language, interval, ...rest } = source
  const { language: newLanguage, interval: newInterval, ...others } = settings
  const [spoken, span] = [
    newLanguage === undefined ? language : newLanguage,
    newInterval === undefined ? interval : newInterval,
  ]
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
    ...(spoken === null || spoken === undefined ? {} : { language: spoken }),
    ...(span === null || span === undefined ? {} : { interval: span }),
  }
}

/** Those settings that differ from the source's own. (pure) */
const findDifferent = (source: Source, settings: SourceSettings): SourceSettings =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([name, value]) => value !== undefined && (source[name as keyof SourceSettings] ?? null) !== value,
    ),
  )

/**
 * Merges the file and the overlay into the current catalogue. (pure)
 * @returns the file's sources first, in their order, then the added ones
 */
export const mergeCatalogue = (file: readonly Source[], { added, overrides }: Overlay): readonly Source[] => {
  const own = new Set(file.map(({ id }) => id))
  return [...file, ...added.filter(({ id }) => !own.has(id))].flatMap(source => {
    const override = overrides.get(source.id)
    if (override?.removed) return []
    // Settings override the file only: those of an added source are in its definition.
    const settled = override?.settings && own.has(source.id) ? withSettings(source, override.settings) : source
    return override?.enabled === undefined ? [settled] : [{ ...settled, enabled: override.enabled }]
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
  /**
   * Changes settings of a source: of one that was added, its definition; of one in the file, an override. Settings that
   * are as in the file are overridden no longer.
   * @throws CatalogueError if there is no such source
   */
  edit(id: SourceId, settings: SourceSettings): Promise<void>
  /** The source as the file defines it; null if the file does not. */
  inFile(id: string): Source | null
  /** What Redis holds of sources. */
  capture(ids: readonly SourceId[]): Promise<readonly StandingSource[]>
  /**
   * Writes back what was captured.
   * @param expected what Redis must hold of them now; null for nothing but that the source is gone
   * @throws CatalogueError if it holds something else
   */
  restore(standing: readonly StandingSource[], expected: readonly StandingSource[] | null): Promise<void>
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

  const capture: Catalogue['capture'] = async ids => {
    if (ids.length === 0) return []
    const [added, overrides] = await Promise.all([
      redis.hmget(keys.addedSources(), ...ids),
      redis.hmget(keys.sourceOverrides(), ...ids),
    ])
    return ids.map((id, at) => {
      const parsed = SourceOverride.safeParse(json(overrides[at] ?? ''))
      return { id, added: added[at] ?? null, override: parsed.success ? parsed.data : null }
    })
  }

  const inFile: Catalogue['inFile'] = id => file().find(source => source.id === id) ?? null

  const override = (ids: readonly SourceId[], changed: SourceOverride) =>
    change(multi => {
      for (const id of ids)
        multi.hset(keys.sourceOverrides(), id, JSON.stringify({ ...overlay.overrides.get(id), ...changed }))
    })

  return {
    list,
    refresh,
    overlay: () => overlay,
    isInFile: id => inFile(id) !== null,
    inFile,
    capture,

    async restore(standing, expected) {
      await refresh()
      const ids = standing.map(({ id }) => id)
      if (expected === null) {
        const back = ids.find(id => list().some(source => source.id === id))
        if (back) throw new CatalogueError(`there is a source ${JSON.stringify(back)} again`)
      } else if (JSON.stringify(await capture(ids)) !== JSON.stringify(expected))
        throw new CatalogueError('somebody has changed the source since')
      await change(multi => {
        for (const { id, added, override: before } of standing) {
          if (added === null) multi.hdel(keys.addedSources(), id)
          else multi.hset(keys.addedSources(), id, added)
          if (before === null) multi.hdel(keys.sourceOverrides(), id)
          else multi.hset(keys.sourceOverrides(), id, JSON.stringify(before))
        }
      })
    },

    async edit(id, settings) {
      await refresh()
      const own = inFile(id)
      if (own !== null) {
        const { settings: before, ...rest } = overlay.overrides.get(id) ?? {}
        const different = findDifferent(own, { ...before, ...settings })
        const next = Object.keys(different).length > 0 ? { ...rest, settings: different } : rest
        return change(multi => {
          if (Object.keys(next).length === 0) multi.hdel(keys.sourceOverrides(), id)
          else multi.hset(keys.sourceOverrides(), id, JSON.stringify(next))
        })
      }
      const added = overlay.added.find(source => source.id === id)
      if (!added) throw new CatalogueError(`there is no source ${JSON.stringify(id)} any more`)
      await change(multi => multi.hset(keys.addedSources(), id, written(withSettings(added, settings))))
    },

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
      const fromFile = ids.filter(id => inFile(id) !== null)
      await change(multi => {
        multi.hdel(keys.addedSources(), ...ids)
        multi.hdel(keys.sourceOverrides(), ...ids)
        // The file is never written: a source defined there is removed by an override.
        for (const id of fromFile) multi.hset(keys.sourceOverrides(), id, JSON.stringify({ removed: true }))
      })
    },
  }
}

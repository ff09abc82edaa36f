/**
 * Names of sources and labels of sections, also of those that are gone: articles stay for weeks after their source or
 * section was removed or renamed, and entries show its name rather than its id.
 */

import { z } from 'zod'
import type { Taxonomy } from '../../domain/section.ts'
import type { Source } from '../../domain/source.ts'
import type { Store } from '../../redis/store.ts'
import { isPlausible } from '../../util/plausible-time.ts'

const Known = z.object({
  /** Of a source. */
  name: z.string().optional(),
  /** Of a section, by BCP 47 language. */
  labels: z.record(z.string(), z.string()).optional(),
  /** When it was first found to be gone, ms since the epoch. */
  gone: z.number().optional(),
})
type Known = z.infer<typeof Known>

/** Names of sources and labels of sections that are configured no longer, by id. */
export interface FormerNames {
  readonly sources: ReadonlyMap<string, string>
  readonly sections: ReadonlyMap<string, Readonly<Record<string, string>>>
}

export interface KnownNames {
  /** Notes the names of all that is configured, and forgets what has been gone for longer than articles are kept. */
  note(): Promise<void>
  /** Finds the names of sources and sections that are not configured; those that no process noted are missing. */
  findFormer(sources: Iterable<string>, sections: Iterable<string>): Promise<FormerNames>
}

export interface KnownNamesParts extends Store {
  readonly sources: () => readonly Pick<Source, 'id' | 'name'>[]
  readonly taxonomy: () => Taxonomy
  /** articles.retention, ms. */
  readonly retention: () => number
  /** ms since the epoch. */
  readonly now: () => number
}

/** How often what is noted is compared with what is configured though that did not change, ms. */
const COMPARE_EVERY = 600_000

const NONE: FormerNames = { sources: new Map(), sections: new Map() }

const parse = (json: string | null | undefined): Known => (json ? Known.parse(JSON.parse(json)) : {})

export const createKnownNames = ({ redis, keys, sources, taxonomy, retention, now }: KnownNamesParts): KnownNames => {
  let noted: { readonly sources: unknown; readonly taxonomy: unknown; readonly at: number } | null = null

  const listConfigured = (): Map<string, string> =>
    new Map([
      ...sources().map(({ id, name }) => [`source:${id}`, JSON.stringify({ name })] as const),
      ...taxonomy().map(({ id, labels }) => [`section:${id}`, JSON.stringify({ labels })] as const),
    ])

  return {
    async note() {
      const at = now()
      const isSame = noted?.sources === sources() && noted.taxonomy === taxonomy()
      if (isSame && noted && Math.abs(at - noted.at) < COMPARE_EVERY) return
      const current = { sources: sources(), taxonomy: taxonomy(), at }
      const configured = listConfigured()
      const stored = await redis.hgetall(keys.knownNames())
      const write = [...configured].filter(([field, json]) => stored[field] !== json).flat()
      const drop: string[] = []
      for (const [field, json] of Object.entries(stored)) {
        if (configured.has(field)) continue
        const known = parse(json)
        // A time in the future was noted while the clock was ahead.
        if (known.gone === undefined || !isPlausible(known.gone, at))
          write.push(field, JSON.stringify({ ...known, gone: at }))
        else if (at - known.gone > retention()) drop.push(field)
      }
      if (write.length > 0) await redis.hset(keys.knownNames(), ...write)
      if (drop.length > 0) await redis.hdel(keys.knownNames(), ...drop)
      noted = current
    },

    async findFormer(sourceIds, sectionIds) {
      const fields = [
        ...new Set([...[...sourceIds].map(id => `source:${id}`), ...[...sectionIds].map(id => `section:${id}`)]),
      ]
      if (fields.length === 0) return NONE
      const found = (await redis.hmget(keys.knownNames(), ...fields)).map(parse)
      const select = <Value>(kind: string, pick: (known: Known) => Value | undefined) =>
        new Map(
          fields.flatMap((field, index): [string, Value][] => {
            const value = pick(found[index] ?? {})
            return field.startsWith(`${kind}:`) && value !== undefined ? [[field.slice(kind.length + 1), value]] : []
          }),
        )
      return { sources: select('source', ({ name }) => name), sections: select('section', ({ labels }) => labels) }
    },
  }
}

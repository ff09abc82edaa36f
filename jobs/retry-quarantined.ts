/**
 * Items of a source whose address leads to another domain: they are held, and ingested once that domain is known to be
 * the publisher's or an editor accepts it. If it is refused, they never are. Used by the crawl, the admin UI and the
 * command line.
 */

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Source } from '../src/domain/source.ts'
import { ArticlesData } from '../src/queues/ingest.ts'
import type { HeldItem } from '../src/sources/quarantine/held-items.ts'
import {
  awayAt,
  type Held,
  isRefused,
  isTrusted,
  selectPlaces,
  withRefused,
  withTrusted,
} from '../src/sources/state/places.ts'
import type { SourceState } from '../src/sources/state/state.ts'
import type { MoveDecision } from '../src/use-cases/source-actions.ts'
import type { JobContext } from './context.ts'
import type { NewItems } from './detect-new.ts'

export type HeldContext = Pick<JobContext, 'sources' | 'settings' | 'addArticles'>

const About = ArticlesData.pick({ fetchedAt: true, trustsDates: true, language: true })
const Item = ArticlesData.shape.items.element

/**
 * Holds the new items of a document in quarantine, unless its domain was refused while it was fetched.
 * @returns how many items of the source are held now
 */
export const hold = async (
  source: Source,
  away: { readonly to: string; readonly isPermanent: boolean },
  batches: NewItems['batches'],
  { sources, now }: Pick<JobContext, 'sources' | 'now'>,
): Promise<number> => {
  const items = batches.flatMap(({ data }) => {
    const about = { fetchedAt: data.fetchedAt, trustsDates: data.trustsDates, language: data.language }
    return data.items.map((item): HeldItem => ({ key: item.key, item, about }))
  })
  const count = await sources.quarantine.held.add(source.id, items)
  const { held } = await sources.changePlaces(source, places =>
    isRefused(source, { places }, away.to)
      ? { ...places, held: null }
      : {
          ...places,
          held: { ...away, since: places.held?.to === away.to ? places.held.since : now(), items: count },
        },
  )
  if (held !== null) return count
  await sources.quarantine.held.drop(source.id)
  return 0
}

/**
 * Queues the held items of a source. If it runs twice, nothing is ingested twice: batches have stable ids, and items
 * are compared with seen items.
 * @param except keys of items that are queued anyway
 * @returns number of items queued
 */
export const release = async (
  source: Source,
  { sources, settings, addArticles }: HeldContext,
  except: ReadonlySet<string> = new Set(),
): Promise<number> => {
  const groups = new Map<string, { about: z.infer<typeof About>; items: z.infer<typeof Item>[] }>()
  for (const held of await sources.quarantine.held.read(source.id)) {
    // An older version may have stored them in another form.
    const parsed = z.object({ about: About, item: Item }).safeParse(held)
    if (!parsed.success || except.has(held.key)) continue
    const { about, item } = parsed.data
    const group = groups.get(JSON.stringify(about)) ?? { about, items: [] }
    groups.set(JSON.stringify(about), group)
    group.items.push(item)
  }
  const { batch: most } = settings().crawl
  const { dataSet } = await sources.state(source.id)
  let items = 0
  for (const { about, items: all } of groups.values()) {
    const id = createHash('sha256')
      .update(all.map(({ key, fingerprint }) => `${key} ${fingerprint}`).join('\n'))
      .digest('base64url')
      .slice(0, 16)
    const batches = Math.ceil(all.length / most)
    await addArticles(
      Array.from({ length: batches }, (_, batch) => ({
        id: `${source.id}-held-${id}-${batch}`,
        data: {
          ...{ sourceId: source.id, crawl: { id: `held-${id}`, batch, batches, origin: dataSet }, ...about },
          items: all.slice(batch * most, (batch + 1) * most),
        },
      })),
    )
    items += all.length
  }
  await dropHeld(source, { sources })
  return items
}

/** Drops the held items; decisions about domains stay. */
const dropHeld = async (source: Source, { sources }: Pick<JobContext, 'sources'>): Promise<void> => {
  await sources.quarantine.held.drop(source.id)
  await sources.changePlaces(source, places => ({ ...places, held: null }))
}

/**
 * After a fetch: ingests the held items if their domain has become the source's, and drops them if the address no
 * longer leads there. Costs nothing if nothing is held.
 * @param before the state the source was polled with
 * @param answer the response just fetched
 */
export const settleHeldItems = async (
  source: Source,
  before: SourceState,
  answer: { readonly url: string; readonly movedTo: string | null },
  context: HeldContext,
  except?: ReadonlySet<string>,
): Promise<number> => {
  if (before.places.held === null) return 0
  const state = await context.sources.state(source.id)
  const { held } = selectPlaces(source, state)
  if (held !== null && isTrusted(source, state, held.to)) return release(source, context, except)
  if (awayAt(source, state, answer) === null) await dropHeld(source, context)
  return 0
}

/** @param seen the address that the decision is about; by default the current one */
const heldAt = async (
  source: Source,
  { sources }: Pick<JobContext, 'sources'>,
  seen?: string,
): Promise<Held | null> => {
  const { held } = selectPlaces(source, await sources.state(source.id))
  return held === null || (seen !== undefined && seen !== held.to) ? null : held
}

/** Accepts the domain that was refused last; its items come with the next fetch. */
const acceptRefused = async (source: Source, { sources }: Pick<JobContext, 'sources'>): Promise<MoveDecision> => {
  const places = selectPlaces(source, await sources.state(source.id))
  const domain = places.refused.at(-1)
  if (domain === undefined) return { kind: 'none' }
  await sources.changePlaces(source, before => withTrusted(before, `http://${domain}`))
  await sources.comesDue(source.id)
  return { kind: 'accepted', to: domain, items: 0 }
}

/**
 * Accepts the new address: ingests the held items, and from now on whatever comes from there. A permanent redirect
 * replaces the source's address.
 */
export const acceptMove = async (source: Source, context: HeldContext, seen?: string): Promise<MoveDecision> => {
  const held = await heldAt(source, context, seen)
  if (!held) return seen === undefined ? acceptRefused(source, context) : { kind: 'none' }
  await context.sources.changePlaces(source, places => withTrusted(places, held.to))
  if (held.isPermanent) await context.sources.moved(source, { move: null, adopted: held.to })
  const items = await release(source, context)
  await context.sources.comesDue(source.id)
  return { kind: 'accepted', to: held.to, items }
}

/** Refuses the new address: deletes the held items, and ingests nothing from there until it is accepted. */
export const refuseMove = async (
  source: Source,
  context: Pick<JobContext, 'sources'>,
  seen?: string,
): Promise<MoveDecision> => {
  const held = await heldAt(source, context, seen)
  if (!held) return { kind: 'none' }
  // Refused first: a crawl that holds items meanwhile finds that and drops them.
  await context.sources.changePlaces(source, places => withRefused(places, held.to))
  await context.sources.quarantine.held.drop(source.id)
  return { kind: 'refused', to: held.to, items: held.items }
}

/** Both decisions, for the admin UI and the command line. */
export const createMoves = (context: HeldContext) => ({
  accept: (source: Source, seen?: string) => acceptMove(source, context, seen),
  refuse: (source: Source, seen?: string) => refuseMove(source, context, seen),
})

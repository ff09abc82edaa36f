/** Reads what the demo shows from Redis as any service would: through newsdesk/client. */

import type { Client, ClientArticle, Entry } from '../src/client/index.ts'

export interface Panels {
  readonly section: { readonly id: string; readonly label: string }
  readonly latest: readonly Entry[]
  readonly popular: readonly Entry[]
  readonly weekly: readonly Entry[]
  readonly mustReads: readonly Entry[]
  readonly article: { readonly article: ClientArticle; readonly source: string; readonly label: string } | null
  readonly related: readonly Entry[]
}

/** @param turn increases by one each time another section and article are shown */
export const readPanels = async (client: Client, turn: number): Promise<Panels> => {
  const sections = await client.sections()
  const section = sections[turn % Math.max(1, sections.length)]
  const id = section?.id ?? 'world'
  const names = { latest: `latest:${id}`, popular: 'most-read:now', weekly: 'most-read:week', mustReads: 'must-reads' }
  const lists = await client.lists.many(Object.values(names), { limit: 12 })
  const list = (name: string): readonly Entry[] => lists[name] ?? []
  const shown = list(names.popular)[turn % Math.max(1, Math.min(5, list(names.popular).length))]
  const [article, related] = shown
    ? await Promise.all([client.article(shown.id), client.lists.get(`related:${shown.id}`, { limit: 5 })])
    : [null, []]
  return {
    section: { id, label: section?.labels.en ?? id },
    latest: list(names.latest),
    popular: list(names.popular),
    weekly: list(names.weekly),
    mustReads: list(names.mustReads),
    article: article && shown ? { article, source: shown.source.name, label: shown.section.label } : null,
    related,
  }
}

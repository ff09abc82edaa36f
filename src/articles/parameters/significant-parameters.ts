/** Finds the doubtful URL parameters, and the fragments, that identify articles in a document. (pure) */

import { canonicalUrl, droppedFrom, identityKey, type Keeps, stripSubdomain } from '../../domain/canonical-url.ts'

/** The parts of an item that matter here. */
export interface Linked {
  readonly title: string | null
  /** URL of its page. */
  readonly page: string | null
}

const foldTitle = (title: string): string => title.toLowerCase().replace(/\s+/g, ' ').trim()

/**
 * If items with different headlines have the same URL once doubtful parameters are dropped, the parameters in which
 * their links differ identify the article. An article listed twice with two visit ids has the same headline twice.
 * @param keeps parameters that are already known
 * @returns parameter names in lower case, and `FRAGMENT`, by site
 */
export const findSignificantParameters = (
  items: readonly Linked[],
  keeps: Keeps,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const groups = new Map<string, { title: string; dropped: ReadonlyMap<string, string> }[]>()
  const isAnyDropped = items.some(({ page }) => page !== null && droppedFrom(page, keeps).size > 0)
  for (const { title, page } of isAnyDropped ? items : []) {
    const url = page === null || title === null ? null : canonicalUrl(page, keeps)
    if (url === null || page === null || title === null) continue
    const key = identityKey(url)
    const group = groups.get(key) ?? []
    group.push({ title: foldTitle(title), dropped: droppedFrom(page, keeps) })
    groups.set(key, group)
  }
  const found = new Map<string, Set<string>>()
  for (const [key, group] of groups) {
    if (new Set(group.map(({ title }) => title)).size < 2) continue
    for (const name of new Set(group.flatMap(({ dropped }) => [...dropped.keys()]))) {
      if (new Set(group.map(({ dropped }) => dropped.get(name))).size < 2) continue
      const site = stripSubdomain(new URL(`http://${key}`).host)
      found.set(site, (found.get(site) ?? new Set()).add(name))
    }
  }
  return found
}

/** Which doubtful parameters a document shows to tell its articles apart. (pure) */

import { canonicalUrl, droppedFrom, identityKey, type Keeps, siteOf } from '../../domain/canonical-url.ts'

/** An item, as far as it matters here. */
export interface Linked {
  readonly title: string | null
  /** The page it leads to. */
  readonly page: string | null
}

const folded = (title: string): string => title.toLowerCase().replace(/\s+/g, ' ').trim()

/**
 * Items of different headlines that lead to one address as soon as doubtful parameters are gone: those by which their links differ say which
 * article it is. One article that a document has twice, with two ids of a visit, has one headline.
 * @param keeps what is known already
 * @returns names in lower case, by site
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
    group.push({ title: folded(title), dropped: droppedFrom(page, keeps) })
    groups.set(key, group)
  }
  const telling = new Map<string, Set<string>>()
  for (const [key, group] of groups) {
    if (new Set(group.map(({ title }) => title)).size < 2) continue
    for (const name of new Set(group.flatMap(({ dropped }) => [...dropped.keys()]))) {
      if (new Set(group.map(({ dropped }) => dropped.get(name))).size < 2) continue
      const site = siteOf(new URL(`http://${key}`).host)
      telling.set(site, (telling.get(site) ?? new Set()).add(name))
    }
  }
  return telling
}

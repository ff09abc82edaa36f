/** The catalogue as OPML. (pure) */

import { findLabel, type Taxonomy } from '../domain/section.ts'
import type { Source } from '../domain/source.ts'
import { writeOpml } from '../sources/catalogue/opml.ts'

/** Writes one folder for each section that has sources. */
export const opmlOf = (list: readonly Source[], taxonomy: Taxonomy): string => {
  const groups = taxonomy.flatMap(({ id }) => {
    const own = list.filter(({ section }) => section === id)
    const outlines = own.map(({ name, url, site, language }) => ({
      title: name,
      url,
      site: site ?? null,
      language: language ?? null,
    }))
    return own.length === 0 ? [] : [{ folder: findLabel(taxonomy, id), outlines }]
  })
  return writeOpml('Sources of newsdesk', groups, Date.now())
}

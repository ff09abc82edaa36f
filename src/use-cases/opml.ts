/**
 * OPML: plans an import, with new sources whose missing settings are derived and outlines that are known already; and
 * exports the catalogue.
 */

import { findLabel, type Taxonomy } from '../domain/section.ts'
import { HttpUrl, Source } from '../domain/source.ts'
import { bare, type FoundFeed } from '../feeds/discovery/discover.ts'
import { type Outline, writeOpml } from '../sources/catalogue/opml.ts'
import { withoutCredentials } from '../util/redact.ts'
import type { CommandContext } from './context.ts'
import { idFor, languageFor, languageOfItems, sectionOfFolders, sectionOfItems } from './suggest-source.ts'

export interface OpmlLine {
  readonly outline: Outline
  /** The feed at its address; null if it was not fetched or could not be read. */
  readonly found: FoundFeed | null
  readonly outcome: 'add' | 'duplicate' | 'not-a-feed' | 'failing'
  readonly detail: string
}

/** Separates outlines whose address is a source already or is in the file twice. */
export const withoutRepeats = (
  outlines: readonly Outline[],
  known: readonly Source[],
): { lines: OpmlLine[]; fresh: Outline[] } => {
  const holders = new Map(known.map(({ id, url }) => [bare(url), `the source ${id}`]))
  const lines: OpmlLine[] = []
  const fresh: Outline[] = []
  for (const outline of outlines) {
    const holder = holders.get(bare(outline.url))
    if (holder === undefined) fresh.push(outline)
    else lines.push({ outline, found: null, outcome: 'duplicate', detail: `as ${holder}` })
    if (holder === undefined)
      holders.set(bare(outline.url), `${outline.title ?? withoutCredentials(outline.url)} before it`)
  }
  return { lines, fresh }
}

export const unseenLine = (outline: Outline): OpmlLine => ({
  outline,
  found: null,
  outcome: 'add',
  detail: 'not fetched',
})

export const sourceOf = (
  { outline, found }: OpmlLine,
  { taxonomy }: Pick<CommandContext['config'], 'taxonomy'>,
  fallback: string,
  taken: Set<string>,
): Source => {
  const language = languageFor(
    found?.feed.language ?? (found ? languageOfItems(found.feed.items) : null) ?? outline.language,
  )
  const id = idFor(outline.url, taken)
  taken.add(id)
  return Source.parse({
    id,
    name: outline.title ?? found?.feed.title ?? new URL(outline.url).hostname,
    url: found?.movedTo ?? outline.url,
    ...(outline.site !== null && HttpUrl.safeParse(outline.site).success ? { site: outline.site } : {}),
    section:
      sectionOfFolders(outline.folders, taxonomy) ??
      (found ? sectionOfItems(found.feed.items, language ?? null, taxonomy)?.section : undefined) ??
      fallback,
    ...(language === undefined ? {} : { language }),
  })
}

/** Plans an import that fetches no feed: adds all outlines but those known already. */
export const planOf = (
  outlines: readonly Outline[],
  known: readonly Source[],
  config: Pick<CommandContext['config'], 'taxonomy'>,
  fallback: string,
): { readonly added: readonly Source[]; readonly repeats: readonly Pick<OpmlLine, 'outline' | 'detail'>[] } => {
  const { lines: repeats, fresh } = withoutRepeats(outlines, known)
  const taken = new Set<string>(known.map(({ id }) => id))
  return { added: fresh.map(outline => sourceOf(unseenLine(outline), config, fallback, taken)), repeats }
}

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

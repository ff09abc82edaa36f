/**
 * What a redirect means for a source: whether a permanent one is adopted as its address, and whether a feed that came
 * from another domain is the source's own.
 */

import type { Source } from '../../domain/source.ts'
import { withoutCredentials } from '../../util/redact.ts'
import { carriesOwn, sighted } from '../state/moves.ts'
import { awayAt, isRefused, isTrusted, withTrusted } from '../state/places.ts'
import type { SourceState } from '../state/state.ts'
import type { Sources } from '../store/sources.ts'

/** What was read of a document. */
export interface Items {
  readonly all: number
  readonly known: number
  /** URLs that the parsed items link to. */
  readonly pages: readonly string[]
}

/** Where a feed came from that is not known to be its publisher's. */
export interface Away {
  readonly to: string
  readonly isPermanent: boolean
  readonly isRefused: boolean
}

/** A source, and the address from which it was fetched. */
interface Fetched {
  readonly source: Source
  readonly state: SourceState
  readonly url: string
}

const DAY = 86_400_000

export interface Redirects {
  /**
   * Decides whether a permanent redirect is adopted.
   * @param items null if the answer was the same body as at the old address
   * @returns what to tell people about it
   */
  learnMove(
    fetched: Fetched,
    movedTo: string | null,
    items: { readonly all: number; readonly known: number } | null,
  ): Promise<{ readonly notes: string[]; readonly isAdopted: boolean }>
  /**
   * Decides whether a feed that did not come from the source's own places belongs to the source. After a permanent
   * redirect it does once that is adopted; after a temporary one, such as to a CDN, if it carries the source's items;
   * for a source never read before, if its items link to the source's own domain.
   * @returns null if it does
   */
  judgeAway(
    fetched: Fetched,
    answer: { readonly url: string; readonly movedTo: string | null },
    items: Items,
    isAdopted: boolean,
  ): Promise<Away | null>
}

export interface RedirectsParts {
  readonly sources: Pick<Sources, 'moved' | 'changePlaces'>
  readonly now: () => number
}

export const createRedirects = ({ sources, now }: RedirectsParts): Redirects => ({
  async learnMove({ source, state, url }, movedTo, items) {
    if (movedTo === null || isRefused(source, state, movedTo)) {
      if (state.move) await sources.moved(source, { move: null, adopted: null })
      return { notes: [], isAdopted: false }
    }
    const sighting = { to: movedTo, day: Math.floor(now() / DAY), items, hasPast: state.lastSuccessAt !== null }
    const { move, isBelieved } = sighted(url, state.move, sighting)
    if (!isBelieved && JSON.stringify(move) === JSON.stringify(state.move)) return { notes: [], isAdopted: false }
    await sources.moved(source, { move, adopted: isBelieved ? movedTo : null })
    const shown = withoutCredentials(movedTo)
    const note = isBelieved
      ? `moved permanently to ${shown}, seen on ${move.days.length} days: fetched there from now on; change its url in sources.yaml`
      : `moved permanently to ${shown}, ${move.isShared ? `seen on ${move.days.length} days so far` : 'which carries other items and is not believed'}; change its url in sources.yaml if that is right`
    return { notes: [note], isAdopted: isBelieved }
  },

  async judgeAway({ source, state }, answer, { all, known, pages }, isAdopted) {
    const away = awayAt(source, state, answer)
    if (away === null || (away.isPermanent && isAdopted)) return null
    const refused = isRefused(source, state, away.to)
    // The source was never read, or read before Redis was emptied, which also lost the domains refused: its links
    // decide.
    const own = state.lastSuccessAt === null ? pages.filter(page => isTrusted(source, state, page)).length : known
    if (refused || away.isPermanent || !carriesOwn({ all, known: own })) return { ...away, isRefused: refused }
    await sources.changePlaces(source, places => withTrusted(places, away.to))
    return null
  },
})

/**
 * Removes credentials from sources and their states before they are shown in pages, terminal, audit or exports. (pure)
 */

import type { Source } from '../../domain/source.ts'
import { withoutCredentials } from '../../util/redact.ts'
import type { SourceState } from './state.ts'

/** Returns the source with a URL without credentials. */
export const shownSource = (source: Source): Source => ({ ...source, url: withoutCredentials(source.url) })

/** Returns the state with URLs without credentials: those of redirects and of the push offer. */
export const shownState = (state: SourceState): SourceState => ({
  ...state,
  movedTo: state.movedTo && withoutCredentials(state.movedTo),
  move: state.move && { ...state.move, to: withoutCredentials(state.move.to) },
  adopted: state.adopted && { ...state.adopted, url: withoutCredentials(state.adopted.url) },
  places: {
    ...state.places,
    held: state.places.held && { ...state.places.held, to: withoutCredentials(state.places.held.to) },
  },
  pushOffer: withoutCredentials(state.pushOffer),
})

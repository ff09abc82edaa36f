/** Sources and what is known of them as people may see them, wherever that is: pages, terminal, audit, exports. (pure) */

import type { Source } from '../../domain/source.ts'
import { withoutCredentials } from '../../util/redact.ts'
import type { SourceState } from './state.ts'

/** A source as people may see it: its address without what opens a door. */
export const shownSource = (source: Source): Source => ({ ...source, url: withoutCredentials(source.url) })

/** What is known of a source as people may see it: the same for the places it was sent to and what its feed offers. */
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

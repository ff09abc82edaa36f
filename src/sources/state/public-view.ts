/**
 * Sources and their state as people may see them, without credentials: on pages, in the terminal, in the audit log and
 * in exports.
 */

import type { Source } from '../../domain/source.ts'
import { withoutCredentials } from '../../util/redact.ts'
import type { SourceState } from './state.ts'

/** A source as people may see it: its address without credentials. */
export const shownSource = (source: Source): Source => ({ ...source, url: withoutCredentials(source.url) })

/** The state of a source as people may see it: addresses without credentials. */
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

/**
 * When a change of a setting counts: at once, with a reload, or at the next start. Said in the schema by each section, and by the keys that
 * differ from theirs. (pure)
 */

export type TakenUp = 'live' | 'start'

/** What is read where it is used, each time. */
export const LIVE = { takenUp: 'live' } as const satisfies { takenUp: TakenUp }
/** What something is made of once: a listener, a connection. */
export const AT_START = { takenUp: 'start' } as const satisfies { takenUp: TakenUp }

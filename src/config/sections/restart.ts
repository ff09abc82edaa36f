/**
 * When a change of a setting applies: on reload (SIGHUP), or only after a restart. Each section of the schema says so,
 * and so does each key that differs from its section. Reloading, the header of newsdesk.yaml and the documentation
 * derive from this alone. (pure)
 */

export type Applies = 'live' | 'restart'

/** For settings that are read each time they are used. */
export const LIVE = { applies: 'live' } as const satisfies { applies: Applies }
/** For settings that a listener or a connection is created with. */
export const ON_RESTART = { applies: 'restart' } as const satisfies { applies: Applies }

/** Errors that say Redis cannot do it right now, and may in a moment: work that met one is done again rather than given up. (pure) */

const AWAY =
  /ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection is closed|LOADING|Stream isn't writeable|Unknown RESP type|SETUP_REFUSED/
/** A master went, another takes its place, slots move, too few replicas are there, or a script runs for long. */
const CHANGING =
  /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|READONLY|UNBLOCKED|NOREPLICAS|BUSY)\b|slots allocation group|Failed to refresh slots|All sentinels are unreachable|Cluster isn't ready|WAIT cannot be used with replica/

const textOf = (error: Error): string => `${(error as NodeJS.ErrnoException).code ?? ''} ${error.message}`

/** An error that only says Redis cannot be reached right now, or refuses the connection: the connection itself tells of it. */
export const isConnectionError = (error: Error): boolean => AWAY.test(textOf(error))

/** The same, or that it is changing over, or does not keep yet what was written. */
export const isTransientError = (error: Error): boolean =>
  isConnectionError(error) || CHANGING.test(error.message) || (error as NodeJS.ErrnoException).code === 'NOT_KEPT'

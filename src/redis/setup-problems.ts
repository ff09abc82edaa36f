/** What to do about a Redis that is set up so that newsdesk loses data. */

export const KEEPS_KEYS = 'redis-cli CONFIG SET maxmemory-policy noeviction: any other policy loses jobs'

/** @param policy maxmemory-policy, or `unknown` */
export const evictsKeys = (policy: string): boolean => policy !== 'noeviction' && policy !== 'unknown'

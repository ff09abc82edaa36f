/** No Redis could be had; the message says what to type on this system. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS'
}

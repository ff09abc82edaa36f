/** No Redis is available; the message says what to type on this system. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS'
}

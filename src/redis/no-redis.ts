/** Thrown if no Redis can be reached or started. The message tells people what to do. */
export class NoRedisError extends Error {
  readonly code = 'NO_REDIS'
}

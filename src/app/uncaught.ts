/** What to do about an error nobody caught. (pure) */

/** Of streams: what was said too late, or to nobody. It belongs to one connection, and leaves nothing half done beside it. */
const OF_ONE_STREAM: ReadonlySet<string> = new Set([
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP_HEADERS_SENT',
])

/**
 * Whether an error belongs to one request, whose end is enough. Any other leaves the process in a state nobody knows: it ends, and what
 * starts it again begins anew.
 */
export const belongsToOneRequest = (error: unknown): boolean =>
  error instanceof Error && OF_ONE_STREAM.has((error as NodeJS.ErrnoException).code ?? '')

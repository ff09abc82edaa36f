/** Classifies errors that were not caught. */

/**
 * Stream errors: data written too late or to a closed connection. They concern one connection and leave nothing else
 * half done.
 */
const STREAM_ERRORS: ReadonlySet<string> = new Set([
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP_HEADERS_SENT',
])

/**
 * Whether an error concerns only one request, which has ended. After any other error the state of the process is
 * unknown: it exits, and its supervisor restarts it.
 */
export const belongsToOneRequest = (error: unknown): boolean =>
  error instanceof Error && STREAM_ERRORS.has((error as NodeJS.ErrnoException).code ?? '')

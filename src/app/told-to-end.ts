/** Being told to end: by Ctrl-C, by a supervisor, or by a terminal that is closed. */

/**
 * @returns aborted at the first SIGINT, SIGTERM or SIGHUP. The second ends the process at once: what must be cleared up even then
 *          hangs on the process's `exit`.
 */
export const toldToEnd = (): AbortSignal => {
  const told = new AbortController()
  const end = () => {
    if (told.signal.aborted) process.exit(1)
    told.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', error => {
      // A terminal that was closed cannot be written to any more; the way out goes on without it.
      if (!told.signal.aborted) throw error
    })
  }
  return told.signal
}

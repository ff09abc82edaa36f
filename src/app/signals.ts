/** Being told to end: by Ctrl-C, by a supervisor, or by a terminal that is closed. */

/** ms within which a second signal is the first once more where npm runs us: it passes on the Ctrl-C that the terminal sent to all of its group. */
const SAME = 300
const OF_NPM = new Set(['start', 'demo', 'newsdesk'])
const isRunByNpm = (): boolean => OF_NPM.has(process.env.npm_lifecycle_event ?? '')

/** @returns a function to be asked at each signal: whether it is another than the one before */
export const createSignalFilter = (): (() => boolean) => {
  let before = Number.NEGATIVE_INFINITY
  const same = isRunByNpm() ? SAME : -1
  return () => {
    const at = performance.now()
    const isAnother = at - before > same
    before = at
    return isAnother
  }
}

/**
 * @returns aborted at the first SIGINT, SIGTERM or SIGHUP. The second ends the process at once: what must be cleared up even then
 *          hangs on the process's `exit`.
 */
export const terminationSignal = (): AbortSignal => {
  const told = new AbortController()
  const isAnother = createSignalFilter()
  const end = () => {
    if (!isAnother()) return
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

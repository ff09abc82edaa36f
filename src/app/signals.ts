/** Termination signals: Ctrl-C, a supervisor, or a closed terminal. */

/**
 * Under npm, a second signal within this many ms is the first one again: the terminal sends Ctrl-C to the whole process
 * group, and npm passes it on once more.
 */
const REPEAT_WINDOW = 300
const NPM_SCRIPTS = new Set(['start', 'demo', 'newsdesk'])
const isRunByNpm = (): boolean => NPM_SCRIPTS.has(process.env.npm_lifecycle_event ?? '')

/** @returns a function to call at each signal, which returns whether it is a new signal rather than a repetition */
export const createSignalFilter = (): (() => boolean) => {
  let before = Number.NEGATIVE_INFINITY
  const same = isRunByNpm() ? REPEAT_WINDOW : -1
  return () => {
    const at = performance.now()
    const isAnother = at - before > same
    before = at
    return isAnother
  }
}

/**
 * @returns a signal that aborts at the first SIGINT, SIGTERM or SIGHUP. The second ends the process at once: cleanup
 * that must happen even then belongs in the process's `exit` handler.
 */
export const terminationSignal = (): AbortSignal => {
  const terminating = new AbortController()
  const isAnother = createSignalFilter()
  const end = () => {
    if (!isAnother()) return
    if (terminating.signal.aborted) process.exit(1)
    terminating.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', error => {
      // A closed terminal cannot be written to; the shutdown goes on without it.
      if (!terminating.signal.aborted) throw error
    })
  }
  return terminating.signal
}

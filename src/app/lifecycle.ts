/**
 * Ends a process in order: running work is finished within its time, then resources are closed, the last opened first.
 */

/** Maximum time to close one resource, ms: an unreachable Redis must not keep the process alive. */
const CLOSE_WITHIN = 2_000

/** Work that may be running when the process is told to stop. */
export interface RunningWork {
  /** Accepts no new work, and resolves once running work is finished. */
  finish(): Promise<unknown>
  /** Drops running work when its time has passed: another process takes it over. */
  abandon?(): Promise<unknown>
}

export interface Lifecycle {
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal
  /** Aborted when the time to finish has passed. */
  readonly abandoning: AbortSignal
  /** Registers work to finish first, all of it in parallel. */
  finishFirst(work: RunningWork): void
  /** Registers a resource to close after the work, in reverse order of registration. */
  closeLast(close: () => unknown): void
  /**
   * @param deadline maximum time for running work, ms
   * @returns whether all of it was finished in time
   */
  stop(deadline: number): Promise<boolean>
  /** Abandons running work and closes everything, because startup failed. */
  abort(): Promise<void>
}

/** @returns whether work ended in time; failed work has ended, too */
export const endsWithin = async (work: Promise<unknown>, ms: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  const isInTime = await Promise.race([ended, late])
  clearTimeout(timer)
  return isInTime
}

/** @param onLate called once the deadline has passed, before work is abandoned */
export const createLifecycle = (onLate: (deadline: number) => void): Lifecycle => {
  const stopping = new AbortController()
  const abandoning = new AbortController()
  const runningWork: RunningWork[] = []
  const closers: (() => unknown)[] = []

  const finish = async (deadline: number): Promise<boolean> => {
    if (await endsWithin(Promise.allSettled(runningWork.map(work => work.finish())), deadline)) return true
    onLate(deadline)
    abandoning.abort()
    await endsWithin(Promise.all(runningWork.map(work => work.abandon?.())), CLOSE_WITHIN)
    return false
  }

  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await endsWithin(Promise.resolve().then(each), CLOSE_WITHIN)
  }

  return {
    stopping: stopping.signal,
    abandoning: abandoning.signal,
    finishFirst: work => void runningWork.push(work),
    closeLast: closer => void closers.push(closer),
    async stop(deadline) {
      stopping.abort()
      const isFinished = await finish(deadline)
      await close()
      return isFinished
    },
    async abort() {
      stopping.abort()
      abandoning.abort()
      const ended = runningWork.map(work => (work.abandon ? work.abandon() : work.finish()))
      await endsWithin(Promise.allSettled(ended), CLOSE_WITHIN)
      await close()
    },
  }
}

/** The order in which a process ends: work in hand is finished within its time, then what it ran on is closed, last made first. */

/** ms that closing one thing may take; a Redis that is away must not keep a process alive. */
const CLOSE_WITHIN = 2_000

/** Work that is in hand when the process is told to stop. */
export interface InHand {
  /** Takes no more, and resolves once what is in hand is finished. */
  finish(): Promise<unknown>
  /** Drops what is in hand, since the time to finish it has passed: another process takes it over. */
  abandon?(): Promise<unknown>
}

export interface Lifecycle {
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal
  /** Aborted when the time to finish has passed. */
  readonly abandoning: AbortSignal
  /** Registers work that is finished first, all of it side by side. */
  finishFirst(work: InHand): void
  /** Registers what is closed after the work, in reverse order of registration. */
  closeLast(close: () => unknown): void
  /**
   * @param deadline ms that work in hand may take
   * @returns whether all of it was finished in time
   */
  stop(deadline: number): Promise<boolean>
  /** Abandons what is in hand and closes everything, since the process could not be started. */
  abort(): Promise<void>
}

/** @returns whether work ended in time; work that fails has ended, too */
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
  const inHand: InHand[] = []
  const closers: (() => unknown)[] = []

  const finish = async (deadline: number): Promise<boolean> => {
    if (await endsWithin(Promise.allSettled(inHand.map(work => work.finish())), deadline)) return true
    onLate(deadline)
    abandoning.abort()
    await endsWithin(Promise.all(inHand.map(work => work.abandon?.())), CLOSE_WITHIN)
    return false
  }

  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await endsWithin(Promise.resolve().then(each), CLOSE_WITHIN)
  }

  return {
    stopping: stopping.signal,
    abandoning: abandoning.signal,
    finishFirst: work => void inHand.push(work),
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
      const ended = inHand.map(work => (work.abandon ? work.abandon() : work.finish()))
      await endsWithin(Promise.allSettled(ended), CLOSE_WITHIN)
      await close()
    },
  }
}

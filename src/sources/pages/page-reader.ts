/**
 * Reads pages in a thread of its own, which is ended when a page takes too long: whatever a page holds, it neither holds
 * the event loop nor the memory of the process. The thread starts with the first page, and ends when there is none for
 * a while.
 */

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PageRead, PageToRead } from '../../feeds/pages/read-page.ts'

export type PageReading = PageRead | { readonly kind: 'failed'; readonly reason: 'too-slow'; readonly detail: string }

export interface PageReader {
  /** Pages are read one after another. Its bytes are moved to the thread. */
  read(page: PageToRead): Promise<PageReading>
  close(): Promise<void>
}

/**
 * ms of CPU time that a page gets, and ms between two looks at it. It is what the process has used since, without
 * the time that its event loop was busy: on a busy machine a page is not given up because its thread had to wait.
 */
const MAX_TIME = 200
const LOOK = 25
/** ms of the clock after which it is given up in any case. */
const MAX_WAIT = 5_000
/** ms without a page after which the thread ends. */
const IDLE = 60_000
const MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32 }

/** Compiled or not, the thread's file is beside this one. */
const THREAD = new URL(`./page-thread${extname(new URL(import.meta.url).pathname)}`, import.meta.url)

/** A thread that is ready. */
const startThread = (): Promise<Worker> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { resourceLimits: MEMORY })
    thread.once('error', reject)
    thread.once('message', () => {
      thread.off('error', reject)
      resolve(thread)
    })
  })

/** @returns the answer of the thread; null if it was ended for its time or memory */
const ask = (thread: Worker, page: PageToRead, maxTime: number): Promise<PageRead | null> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const before = process.cpuUsage()
    const loop = performance.eventLoopUtilization()
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(before)
      const waited = performance.now() - started
      const used = (user + system) / 1_000 - performance.eventLoopUtilization(loop).active
      if (Math.min(waited, used) > maxTime || waited > MAX_WAIT) end(() => resolve(null))
    }, LOOK)
    const end = (then: () => void): void => {
      clearInterval(timer)
      thread.removeAllListeners('message')
      thread.removeAllListeners('error')
      then()
    }
    thread.once('message', (answer: PageRead) => end(() => resolve(answer)))
    thread.once('error', (error: Error & { code?: string }) =>
      end(() => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve(null) : reject(error))),
    )
    // Its bytes may be part of a larger buffer, which cannot be moved.
    const body = page.body.slice()
    thread.postMessage({ ...page, body }, [body.buffer])
  })

/** @param maxTime ms of CPU time that a page gets */
export const createPageReader = (maxTime = MAX_TIME): PageReader => {
  let thread: Worker | null = null
  let idle: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()

  const endThread = async (): Promise<void> => {
    clearTimeout(idle)
    const ended = thread
    thread = null
    await ended?.terminate()
  }
  const readNext = async (page: PageToRead): Promise<PageReading> => {
    clearTimeout(idle)
    thread ??= await startThread()
    let answer: PageRead | null = null
    try {
      answer = await ask(thread, page, maxTime)
    } finally {
      if (answer === null) await endThread()
    }
    if (answer === null) return { kind: 'failed', reason: 'too-slow', detail: `more than ${maxTime} ms` }
    idle = setTimeout(() => void endThread(), IDLE).unref()
    return answer
  }
  return {
    read(page) {
      const reading = last.then(() => readNext(page))
      last = reading.catch(() => undefined)
      return reading
    },
    async close() {
      await last
      await endThread()
    },
  }
}

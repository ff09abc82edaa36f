/** Turns what libraries and Node itself write to the terminal into lines of the log, which is then JSON throughout. */

import { format } from 'node:util'
import type { Logger } from 'pino'

const CONSOLE = ['log', 'info', 'warn', 'error'] as const
/** Texts that are remembered, so that each is logged once: every connection of BullMQ writes the same. */
const MAX_KNOWN = 100

/** @returns a function that gives the console back */
export const captureLibraryOutput = (log: Logger): (() => void) => {
  const known = new Set<string>()
  const note = (text: string): void => {
    if (known.has(text)) return
    if (known.size < MAX_KNOWN) known.add(text)
    log.warn({ event: 'library.message', text }, 'a library wrote a message')
  }
  const before = CONSOLE.map(name => [name, console[name]] as const)
  for (const name of CONSOLE) console[name] = (...parts: unknown[]) => note(format(...parts))
  // Node's own listener prints.
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  const noteWarning = ({ name, message }: Error): void => note(`${name}: ${message}`)
  process.on('warning', noteWarning)
  return () => {
    for (const [name, write] of before) console[name] = write
    process.off('warning', noteWarning)
    for (const print of printers) process.on('warning', print)
  }
}

/** Prompts and progress bars on stderr, so that stdout carries only results. Without a terminal, there are no prompts. */

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { forTerminal } from '../util/terminal.ts'

export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** @returns the trimmed answer; null if the input ended or Ctrl-C was pressed */
export const ask = async (question: string): Promise<string | null> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<null>(resolve => terminal.once('close', () => resolve(null)))
  try {
    const typed = await Promise.race([terminal.question(forTerminal(question)), ended])
    if (typed === null) process.stderr.write('\n')
    return typed?.trim() ?? null
  } finally {
    terminal.close()
  }
}

/** Like `ask`, without showing what is typed. */
export const askSecret = async (question: string): Promise<string | null> => {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, written) => written() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  const ended = new Promise<null>(resolve => terminal.once('close', () => resolve(null)))
  try {
    return await Promise.race([terminal.question(''), ended])
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

export const confirm = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test((await ask(`${question} [y/N] `)) ?? '')

/** Parses a choice from a list: `1,3-5`, `all`, or nothing. @returns indices from 0; null if it is not a choice */
export const parseChoice = (typed: string, count: number): readonly number[] | null => {
  if (typed === '' || /^n(one)?$/i.test(typed)) return []
  if (/^a(ll)?$/i.test(typed)) return Array.from({ length: count }, (_, index) => index)
  const picked = new Set<number>()
  for (const part of typed.split(/[\s,]+/).filter(Boolean)) {
    const [, first = '', last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part) ?? []
    const [from, to] = [Number(first || Number.NaN), Number(last || first || Number.NaN)]
    if (!(from >= 1 && to >= from && to <= count)) return null
    for (let number = from; number <= to; number += 1) picked.add(number - 1)
  }
  return [...picked]
}

export interface Progress {
  at(done: number): void
  end(): void
}

const WIDTH = 30

/** Shows a progress bar on a terminal, and elsewhere a line for every tenth of the work. */
export const startProgress = (what: string, total: number): Progress => {
  const { stderr } = process
  let reported = 0
  return {
    at(done) {
      if (stderr.isTTY) {
        const filled = Math.round((done / Math.max(total, 1)) * WIDTH)
        stderr.write(`\r\u001b[K${what} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total}`)
      } else if (total >= 20 && Math.floor((done * 10) / total) > reported) {
        reported = Math.floor((done * 10) / total)
        stderr.write(`${what}: ${done} of ${total}\n`)
      }
    },
    end() {
      if (stderr.isTTY) stderr.write('\r\u001b[K')
    },
  }
}

/** ms between two lines about the progress of a check or a migration. */
const LINE_INTERVAL = 1_000

/** @returns a function that says on stderr how many records of something were examined, at most once a second */
export const createExaminedReport = (): ((what: string, examined: number) => void) => {
  let reported = performance.now()
  return (what, examined) => {
    if (performance.now() - reported < LINE_INTERVAL) return
    reported = performance.now()
    console.error(`${what}: ${examined} examined`)
  }
}

/**
 * Reads one HTTP/1 answer from a connection that is used for nothing else: however its framing is read, no byte of it
 * can be taken for another answer. Head and lines are bounded here, the body by whoever reads it.
 */

import { Failure } from '../failure.ts'
import type { Headers } from '../headers.ts'
import { correctLength, type Framing, findFraming, parseHeaderLines, parseStatusLine } from './head.ts'

export interface LenientAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: AsyncGenerator<Uint8Array, void>
}

/** Blank lines before a status line, which servers leave behind an earlier body. */
const MAX_BLANK = 4
/** A chunk's size with its extensions. */
const MAX_CHUNK_LINE = 4_096

interface Input {
  /**
   * The next line without its line end, null at the end of input.
   * @throws Failure too-large if it is longer than `most` bytes
   */
  line(most: number): Promise<string | null>
  /** Up to `most` bytes, as many as there are; null at the end of input. */
  take(most: number): Promise<Uint8Array | null>
}

/** As undici decodes headers: a Location may be written in UTF-8. */
const formatLine = (bytes: Buffer): string => bytes.toString('utf8').replace(/\r{1,4}$/, '')

const createInput = (source: AsyncIterable<Buffer>): Input => {
  const chunks = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  const readMore = async (): Promise<boolean> => {
    const { done, value } = await chunks.next()
    if (done) return false
    rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return true
  }
  const cut = (end: number, skipped = 0): Buffer => {
    const taken = rest.subarray(0, end)
    rest = rest.subarray(end + skipped)
    return taken
  }
  return {
    async line(most) {
      for (let from = 0; ; ) {
        const end = rest.indexOf(0x0a, from)
        if (end > most || (end < 0 && rest.length > most))
          throw new Failure('too-large', `a line of over ${most} bytes`)
        if (end >= 0) return formatLine(cut(end, 1))
        from = rest.length
        if (!(await readMore())) return rest.length > 0 ? formatLine(cut(rest.length)) : null
      }
    },
    async take(most) {
      if (rest.length === 0 && !(await readMore())) return null
      return cut(Math.min(most, rest.length))
    },
  }
}

const notHttp = (what: string): Failure => new Failure('reset', `the answer is no HTTP (${what})`)

const readHead = async (input: Input, maxHead: number): Promise<Omit<LenientAnswer, 'body'>> => {
  let left = maxHead
  const readLine = async (): Promise<string> => {
    const line = await input.line(left)
    if (line === null) throw new Failure('cut-off', 'the answer ended in its headers')
    left -= line.length + 2
    return line
  }
  for (;;) {
    let first = await readLine()
    for (let blank = 0; first === '' && blank < MAX_BLANK; blank += 1) first = await readLine()
    const status = parseStatusLine(first)
    if (status === null) throw notHttp(`it begins with ${JSON.stringify(first.slice(0, 40))}`)
    const lines: string[] = []
    for (let line = await readLine(); line !== ''; line = await readLine()) lines.push(line)
    // Interim answers, such as 103 Early Hints, precede the one that counts.
    if (status < 200 && status !== 101) continue
    return { status, headers: parseHeaderLines(lines) }
  }
}

const readLength = async function* (input: Input, length: number): AsyncGenerator<Uint8Array, void> {
  for (let left = length; left > 0; ) {
    const bytes = await input.take(left)
    if (bytes === null) throw new Failure('cut-off', `${length - left} of ${length} bytes came`)
    left -= bytes.length
    yield bytes
  }
}

const readChunks = async function* (input: Input): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const line = await input.line(MAX_CHUNK_LINE)
    if (line === null) throw new Failure('cut-off', 'the answer ended between two chunks')
    const size = /^\s{0,20}([\da-f]{1,8})\s{0,20}(?:;|$)/i.exec(line)?.[1]
    if (size === undefined) throw notHttp(`a chunk begins with ${JSON.stringify(line.slice(0, 40))}`)
    // What follows the last chunk is of no use, and the connection is not used again.
    if (Number.parseInt(size, 16) === 0) return
    yield* readLength(input, Number.parseInt(size, 16))
    // Its line end; without one, the next line ends the input and is cut off.
    if (await input.line(MAX_CHUNK_LINE)) throw notHttp('a chunk is longer than it says')
  }
}

const readToEnd = async function* (input: Input): AsyncGenerator<Uint8Array, void> {
  for (let bytes = await input.take(65_536); bytes !== null; bytes = await input.take(65_536)) yield bytes
}

const readBody = (input: Input, framing: Framing): AsyncGenerator<Uint8Array, void> => {
  if (framing.kind === 'chunked') return readChunks(input)
  if (framing.kind === 'until-close') return readToEnd(input)
  if (framing.kind === 'contradictory') throw notHttp('its Content-Lengths contradict each other')
  return readLength(input, framing.kind === 'length' ? framing.length : 0)
}

/**
 * @param maxHead bytes of all heads together
 * @throws Failure cut-off, reset or too-large, also while the body is read; and whatever the source throws
 */
export const readLenientAnswer = async (source: AsyncIterable<Buffer>, maxHead: number): Promise<LenientAnswer> => {
  const input = createInput(source)
  const { status, headers } = await readHead(input, maxHead)
  const framing = findFraming(status, headers)
  return { status, headers: correctLength(headers, framing), body: readBody(input, framing) }
}

/**
 * Reads a body from the network and decompresses it, with limits on both sizes. It is read whole before it is
 * decompressed: feeds are small, and zlib itself then limits the decompressed size, even of a decompression bomb.
 */

import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Response } from './client.ts'
import { Failure } from './failure.ts'
import { type Headers, header } from './headers.ts'

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const gunzip = promisify(zlib.gunzip) as Unpack
const inflate = promisify(zlib.inflate) as Unpack
const inflateRaw = promisify(zlib.inflateRaw) as Unpack
const brotli = promisify(zlib.brotliDecompress) as Unpack
/** Node 22.15 and later have it. */
const zstdDecompress = (zlib as { zstdDecompress?: typeof zlib.gunzip }).zstdDecompress
const zstd = zstdDecompress ? (promisify(zstdDecompress) as Unpack) : null

/** The value of our Accept-Encoding header. */
export const ACCEPT_ENCODING = zstd ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br'

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** RFC 1950 puts two bytes with a check value before deflate data; many servers send it without them. */
const hasZlibHeader = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0

/** Some servers declare an encoding but send plain text: markup or JSON, with or without a byte order mark. */
const isPlain = (bytes: Uint8Array): boolean =>
  /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)?[\s\0]*[<{]/.test(
    Buffer.from(bytes.subarray(0, 64)).toString('latin1'),
  )

/** Whether a body is text with markup or JSON behind something else: compressed data soon holds control characters. */
const isText = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 512)).toString('latin1')
  return /[<{]/.test(start) && !/[\0-\u0008\u000e-\u001a\u001c-\u001f]/.test(start)
}

const UNPACKERS = new Map<string, Unpack | null>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', (packed, options) => (hasZlibHeader(packed) ? inflate : inflateRaw)(packed, options)],
  ['br', brotli],
  ['zstd', zstd],
])

const isTooLarge = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'

/** Undoes an encoding. One that is unknown, or that the body is not in, is ignored if the body can be read without. */
const unpackerFor = (encoding: string): Unpack => {
  const unpack = UNPACKERS.get(encoding) ?? null
  return async (packed, options) => {
    if (isPlain(packed)) return packed
    if (unpack !== null) {
      try {
        return await unpack(packed, options)
      } catch (error) {
        if (isTooLarge(error) || !((isGzip(packed) && unpack !== gunzip) || isText(packed))) throw error
      }
    }
    if (isGzip(packed)) return gunzip(packed, options)
    if (isText(packed)) return packed
    throw new Failure(
      'encoding',
      `the body is encoded as ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for`,
    )
  }
}

const MAX_ENCODINGS = 3

/** Names in Content-Encoding, in the order to undo them. */
const parseEncodings = (headers: Headers): string[] => {
  const written = headers['content-encoding'] ?? ''
  const names = String(written).toLowerCase().split(',')
  return names
    .map(each => each.trim())
    .filter(each => each !== '' && each !== 'identity' && each !== 'none' && each !== 'utf-8')
    .reverse()
}

export interface BodyLimits {
  /** Maximum bytes read from the network. */
  readonly most: number
  /** Maximum bytes after decompression. */
  readonly mostUnpacked: number
}

/** @throws Failure if the headers alone say that the body cannot be read */
const planReading = (headers: Headers, { most, mostUnpacked }: BodyLimits) => {
  const encodings = parseEncodings(headers)
  if (encodings.length > MAX_ENCODINGS)
    throw new Failure('encoding', `${encodings.length} encodings one around another`)
  const unpackers = encodings.map(unpackerFor)
  const mostRead = unpackers.length === 0 ? Math.min(most, mostUnpacked) : most
  const declared = Number(header(headers, 'content-length') ?? Number.NaN)
  if (declared > mostRead)
    throw new Failure('too-large', `the body is declared as ${declared} bytes, more than ${mostRead}`)
  return { unpackers, mostRead, declared }
}

/**
 * Reads a whole body and undoes its encodings.
 * @throws Failure too-large, encoding or cut-off; and whatever the stream throws
 */
export const readBody = async ({ headers, body }: Response, limits: BodyLimits): Promise<Buffer> => {
  let plan: ReturnType<typeof planReading>
  try {
    plan = planReading(headers, limits)
  } catch (error) {
    // Nobody reads it: its connection ends.
    void body.dump({ limit: 1 })
    throw error
  }
  const { unpackers, mostRead, declared } = plan
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    // Leaving the loop destroys the stream: nothing more is read.
    if (size > mostRead) throw new Failure('too-large', `the body is larger than ${mostRead} bytes`)
    chunks.push(chunk)
  }
  if (size < declared) throw new Failure('cut-off', `${size} of ${declared} bytes came`)
  let bytes: Buffer = chunks.length === 1 ? Buffer.from(chunks[0] ?? []) : Buffer.concat(chunks, size)
  if (size === 0) return bytes
  for (const unpack of unpackers) bytes = await bounded(unpack, bytes, limits.mostUnpacked)
  // A file stored as feed.xml.gz and sent as is: compressed, though no header says so.
  return isGzip(bytes) ? bounded(gunzip, bytes, limits.mostUnpacked) : bytes
}

const bounded = async (unpack: Unpack, packed: Buffer, maxOutputLength: number): Promise<Buffer> => {
  try {
    return await unpack(packed, { maxOutputLength })
  } catch (error) {
    if (!isTooLarge(error)) throw error
    throw new Failure('too-large', `${packed.length} bytes unpack to more than ${maxOutputLength}`)
  }
}

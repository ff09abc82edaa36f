/**
 * Writes the parts of a saved state (src/util/savable.ts) to a file, and reads them back one at a time. Typed arrays
 * are written straight from memory, without a copy.
 */

import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { endianness } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Numbers, SavedPart } from './savable.ts'

const TYPES = { Int32Array, Float32Array, Float64Array }
type TypeName = keyof typeof TYPES

/** Before each part: its name, its type, and the number of bytes that follow. */
interface Head {
  readonly name: string
  readonly type: TypeName | 'json' | 'end'
  readonly bytes: number
}

const LENGTH_BYTES = 4
/** Bytes; a longer head means that the file is not one of ours. */
const MAX_HEAD = 4_096
/** Bytes written or read in one call. */
const CHUNK = 16 * 2 ** 20
/** ms after which a file that is still being written belongs to a process that was killed. */
const ABANDONED = 3_600_000
/** Ending of the name of a file that is being written: random, since processes in containers may share their ids. */
const TEMPORARY = /\.[0-9a-f-]{36}\.new$/

/** The file is damaged, incomplete, or not a file of parts. */
export class PartsFileError extends Error {}

const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(CHUNK, bytes.length - at))
    at += bytesWritten
  }
}

const readAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK, bytes.length - at), null)
    if (bytesRead === 0) throw new PartsFileError('it ends too early')
    at += bytesRead
  }
}

const isNumbers = (value: unknown): value is Numbers => ArrayBuffer.isView(value)

const writePart = async (file: FileHandle, { name, value }: SavedPart, end = false): Promise<void> => {
  const content = isNumbers(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(end ? '' : JSON.stringify(value))
  const type = isNumbers(value) ? (value.constructor.name as TypeName) : end ? 'end' : 'json'
  const head = Buffer.from(JSON.stringify({ name, type, bytes: content.length } satisfies Head))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(head.length)
  await writeAll(file, Buffer.concat([length, head]))
  await writeAll(file, content)
}

/** Removes files that killed processes left half written. */
const removeAbandoned = async (path: string): Promise<void> => {
  const name = basename(path)
  const files = (await readdir(dirname(path))).filter(file => file.startsWith(name) && TEMPORARY.test(file))
  for (const file of files.map(each => join(dirname(path), each))) {
    const found = await stat(file).catch(() => null) // another process may have finished it
    if (found && Date.now() - found.mtimeMs > ABANDONED) await rm(file, { force: true })
  }
}

/**
 * Replaces the file as a whole, or not at all; if several processes write it, the last one wins. Only its owner can
 * read it. The first part should identify the state that was saved.
 * @throws if the folder cannot be made or written to
 */
export const writeParts = async (path: string, parts: Iterable<SavedPart>): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await removeAbandoned(path)
  const temporary = `${path}.${randomUUID()}.new`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await writePart(file, { name: 'order of bytes', value: endianness() })
      for (const part of parts) await writePart(file, part)
      await writePart(file, { name: '', value: null }, true)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const readHead = async (file: FileHandle, size: number): Promise<Head> => {
  const length = Buffer.alloc(LENGTH_BYTES)
  await readAll(file, length)
  const bytes = length.readUInt32LE()
  if (bytes > MAX_HEAD) throw new PartsFileError('it is no file of saved parts')
  const text = Buffer.alloc(bytes)
  await readAll(file, text)
  const head = JSON.parse(text.toString()) as Head // checked below
  if (typeof head.name !== 'string' || !(head.bytes >= 0 && head.bytes <= size))
    throw new PartsFileError('a part has no valid head')
  return head
}

/**
 * Reads one part after the other.
 * @throws PartsFileError if the file is not whole, or was written by another kind of machine; SyntaxError for broken
 * JSON; and if there is no such file
 */
export async function* readParts(path: string): AsyncGenerator<SavedPart, void> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    for (let isFirst = true; ; isFirst = false) {
      const { name, type, bytes } = await readHead(file, size)
      if (type === 'end') return
      const content = new Uint8Array(bytes)
      await readAll(file, content)
      const Type = type === 'json' ? undefined : TYPES[type]
      const value = Type ? new Type(content.buffer) : (JSON.parse(Buffer.from(content.buffer).toString()) as unknown)
      if (!isFirst) yield { name, value }
      else if (value !== endianness()) throw new PartsFileError('it was written by a machine with another byte order')
    }
  } finally {
    await file.close()
  }
}

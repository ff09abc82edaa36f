/**
 * Saves the index of stories to a local file, and restores it, so that a restarted process folds only what was logged
 * since, instead of the whole log. The log is authoritative: without a file that fits it, it is folded from its start.
 */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import { PartsFileError, readParts, writeParts } from '../util/parts-file.ts'
import type { Savable, SavedPart } from '../util/savable.ts'
import type { HashKey } from './rules/term-hash.ts'

/** Begins the file, so that an index is never restored by other code, with another key or for another log. */
interface Identity {
  /** Digest of the code that builds the index: another version may build it differently. */
  readonly code: string
  /** Digest of the key for hashing words. */
  readonly key: string
  /** Id of the last entry folded. */
  readonly last: string
  /** Digest of that entry. */
  readonly entry: string
}

export interface SnapshotParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Path of the file; empty: nothing is saved or restored. */
  readonly file: string
  readonly log: Pick<Logger, 'warn'>
  /** Folders of the code that builds the index; default BUILT_WITH. */
  readonly builtWith?: readonly URL[]
}

/** A file that is damaged or cannot be written is logged and otherwise without effect: the log has everything. */
export interface Snapshot {
  /**
   * @param index an empty index; if this returns null, it may be half filled and must not be used
   * @returns id of the last entry folded into it; null if there is no file, or none that fits
   * @throws Redis's error if it cannot be asked for the log
   */
  restore(index: Savable, key: HashKey): Promise<string | null>
  /** @param last id of the last entry folded; the index must not change until this resolves */
  save(index: Savable, key: HashKey, last: string): Promise<void>
}

const IDENTITY = 'identity'
/** Folders of all code and word lists on which the content of the index, or its layout in the file, depends. */
export const BUILT_WITH = ['./rules/', '../articles/rules/titles/', '../domain/', '../languages/', '../util/'].map(
  folder => new URL(folder, import.meta.url),
)

const digest = (...texts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest('base64url')
}

/** Digest of all files in these folders and their subfolders. */
const digestCode = async (folders: readonly URL[]): Promise<string> => {
  const entries = await Promise.all(folders.map(folder => readdir(folder, { recursive: true, withFileTypes: true })))
  const files = entries.flat().flatMap(entry => (entry.isFile() ? join(entry.parentPath, entry.name) : []))
  return digest(...(await Promise.all(files.sort().map(file => readFile(file)))))
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const createSnapshot = ({ redis, keys, file, log, builtWith = BUILT_WITH }: SnapshotParts): Snapshot => {
  let code: Promise<string> | undefined

  /** @returns the identity of an index into which the log was folded up to `last`; null if the log has no such entry */
  const identify = async (key: HashKey, last: string): Promise<Identity | null> => {
    code ??= digestCode(builtWith)
    const [entry] = await redis.xrange(keys.storyLog(), last, last)
    return entry ? { code: await code, key: digest(key.join()), last, entry: digest(...entry[1]) } : null
  }

  /** @returns null if there is no file, or, with a warning, if it is damaged */
  const readSaved = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read()
    } catch (error) {
      if (!isMissing(error))
        log.warn(
          { event: 'stories.snapshot_unusable', err: error, file },
          'the saved index of stories is unusable: it is built again from the log of all decisions of the window',
        )
      return null
    }
  }

  return {
    async restore(index, key) {
      if (file === '') return null
      const parts = readParts(file)
      const saved = await readSaved(() => readIdentity(parts))
      if (saved === null) return null
      if (JSON.stringify(await identify(key, saved.last)) !== JSON.stringify(saved)) {
        await parts.return()
        return null
      }
      return readSaved(async () => {
        for await (const part of parts) index.restore(part)
        return saved.last
      })
    },
    async save(index, key, last) {
      if (file === '') return
      try {
        const identity = await identify(key, last)
        if (identity) await writeParts(file, startingWith({ name: IDENTITY, value: identity }, index))
      } catch (error) {
        log.warn(
          { event: 'stories.snapshot_unsaved', err: error, file },
          'the index of stories could not be saved (stories.snapshotFile): the next start takes longer',
        )
      }
    },
  }
}

/** @throws PartsFileError if the file begins with something else */
const readIdentity = async (parts: AsyncGenerator<SavedPart, void>): Promise<Identity> => {
  const { value: part } = await parts.next()
  const saved = part?.value as Partial<Identity> | undefined // compared as a whole later
  if (part?.name !== IDENTITY || !isStreamId(saved?.last)) throw new PartsFileError('it does not say what it is of')
  return saved as Identity
}

const isStreamId = (id: unknown): boolean => typeof id === 'string' && /^\d{1,20}-\d{1,20}$/.test(id)

function* startingWith(first: SavedPart, index: Savable): Generator<SavedPart> {
  yield first
  yield* index.save()
}

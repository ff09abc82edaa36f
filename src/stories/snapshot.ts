/**
 * Saves the index of stories to a local file, and restores it: a restarted process then folds only what was logged
 * since, in place of the whole log. The log stays the truth; without a file that fits, it is folded from its start.
 */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import { readParts, writeParts } from '../util/parts-file.ts'
import type { Savable, SavedPart } from '../util/savable.ts'
import type { HashKey } from './rules/term-hash.ts'

/** Named in the file, so that an index is never restored by other code, under another key or beside another log. */
interface Identity {
  /** Of what the index is built with: another version may build another one. */
  readonly code: string
  /** Of the key for hashing words. */
  readonly key: string
  /** Id of the last entry folded. */
  readonly last: string
  /** Of that entry. */
  readonly entry: string
}

export interface SnapshotParts {
  readonly redis: Redis
  readonly keys: Keys
  /** Path of the file; empty: none. */
  readonly file: string
  readonly log: Pick<Logger, 'warn'>
  /** Folders of the code. */
  readonly builtWith?: readonly URL[]
}

/** Failures are logged and otherwise without effect: the log has everything. */
export interface Snapshot {
  /**
   * @param index an empty index; unless this returns an id, it is of no use afterwards
   * @returns id of the last entry folded into it; null if there is no file, or none that fits
   */
  restore(index: Savable, key: HashKey): Promise<string | null>
  /** @param last id of the last entry folded; the index must not change until this resolves */
  save(index: Savable, key: HashKey, last: string): Promise<void>
}

const IDENTITY = 'identity'
/** Folders of all that the index is built with, and with which it is laid out in the file: modules and tables of words. */
export const BUILT_WITH = ['./rules/', '../articles/rules/titles/', '../domain/', '../languages/', '../util/'].map(
  folder => new URL(folder, import.meta.url),
)

const digest = (...texts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest('base64url')
}

/** Of all files in these folders and in folders of theirs. */
const digestCode = async (folders: readonly URL[]): Promise<string> => {
  const entries = await Promise.all(folders.map(folder => readdir(folder, { recursive: true, withFileTypes: true })))
  const files = entries.flat().flatMap(entry => (entry.isFile() ? join(entry.parentPath, entry.name) : []))
  return digest(...(await Promise.all(files.sort().map(file => readFile(file)))))
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const createSnapshot = ({ redis, keys, file, log, builtWith = BUILT_WITH }: SnapshotParts): Snapshot => {
  let code: Promise<string> | undefined

  /** @returns null if the log has no such entry */
  const identify = async (key: HashKey, last: string): Promise<Identity | null> => {
    code ??= digestCode(builtWith)
    const [entry] = await redis.xrange(keys.storyLog(), last, last)
    return entry ? { code: await code, key: digest(key.join()), last, entry: digest(...entry[1]) } : null
  }

  const readInto = async (index: Savable, key: HashKey): Promise<string | null> => {
    let identity: Identity | null = null
    for await (const part of readParts(file)) {
      if (identity) index.restore(part)
      else {
        const saved = part.value as Identity // as `save` wrote it; compared as a whole
        identity = await identify(key, saved.last)
        if (part.name !== IDENTITY || JSON.stringify(identity) !== JSON.stringify(saved)) return null
      }
    }
    return identity?.last ?? null
  }

  return {
    async restore(index, key) {
      if (file === '') return null
      try {
        return await readInto(index, key)
      } catch (error) {
        if (isMissing(error)) return null
        log.warn(
          { err: error, file },
          'the saved index of stories is unusable; all that was decided within the window is gone through again',
        )
        return null
      }
    },
    async save(index, key, last) {
      if (file === '') return
      try {
        const identity = await identify(key, last)
        if (identity) await writeParts(file, startingWith({ name: IDENTITY, value: identity }, index))
      } catch (error) {
        log.warn(
          { err: error, file },
          'the index of stories could not be saved (stories.snapshotFile): the next start takes longer',
        )
      }
    },
  }
}

function* startingWith(first: SavedPart, index: Savable): Generator<SavedPart> {
  yield first
  yield* index.save()
}

/**
 * Saves the index of stories to a local file, and restores it: a restarted process then folds only what was logged
 * since, in place of the whole log. The log stays the truth; without a file that fits, it is folded from its start.
 */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { readParts, writeParts } from '../util/parts-file.ts'
import type { Savable, SavedPart } from '../util/savable.ts'
import type { HashKey } from './rules/term-hash.ts'

/** Named in the file, so that an index is never restored by other code, under another key or beside another log. */
interface Identity {
  /** Of the modules that build the index: another version may build another one. */
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
  readonly path: () => string
}

export interface Snapshot {
  /**
   * @param index an empty index; after an error, it is no longer of use
   * @returns id of the last entry folded into it; null if there is no file, or none that fits
   * @throws if the file cannot be read, or is damaged
   */
  restore(index: Savable, key: HashKey): Promise<string | null>
  /**
   * @param last id of the last entry folded; the index must not change until this resolves
   * @throws if the file cannot be written
   */
  save(index: Savable, key: HashKey, last: string): Promise<void>
}

const IDENTITY = 'identity'
const MODULES = [new URL('./rules/', import.meta.url), new URL('../util/', import.meta.url)]

const digest = (...texts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest('base64url')
}

/** A digest of the modules that build the index and lay out the file. */
const digestCode = async (): Promise<string> => {
  const files = await Promise.all(
    MODULES.map(async folder => (await readdir(folder)).sort().map(name => new URL(name, folder))),
  )
  const modules = files.flat().filter(({ pathname }) => /\.[jt]s$/.test(pathname))
  return digest(...(await Promise.all(modules.map(file => readFile(file)))))
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export const createSnapshot = ({ redis, keys, path }: SnapshotParts): Snapshot => {
  let code: Promise<string> | undefined

  /** @returns null if the log has no such entry */
  const identify = async (key: HashKey, last: string): Promise<Identity | null> => {
    code ??= digestCode()
    const [entry] = await redis.xrange(keys.storyLog(), last, last)
    return entry
      ? { code: await code, key: digest(key.join()), last, entry: digest(...entry[1]) }
      : null
  }

  return {
    async restore(index, key) {
      if (path() === '') return null
      let identity: Identity | null = null
      try {
        for await (const part of readParts(path())) {
          if (identity) index.restore(part)
          else {
            const saved = part.value as Identity // as `save` wrote it; compared as a whole
            identity = await identify(key, saved.last)
            if (part.name !== IDENTITY || JSON.stringify(identity) !== JSON.stringify(saved)) return null
          }
        }
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
      return identity?.last ?? null
    },
    async save(index, key, last) {
      const identity = await identify(key, last)
      if (path() === '' || identity === null) return
      await writeParts(path(), startingWith({ name: IDENTITY, value: identity }, index))
    },
  }
}

function* startingWith(first: SavedPart, index: Savable): Generator<SavedPart> {
  yield first
  yield* index.save()
}


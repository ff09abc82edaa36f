/**
 * Notices that the files of the configuration have changed, by looking at them: that works on every file system, and
 * also where a symbolic link is replaced in place of a file, as Kubernetes does with a ConfigMap.
 */

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { CONFIG_FILES } from '../config/load.ts'

/** ms between two looks. Files that are being written are read once two looks found them alike. */
const LOOK_EVERY = 2_000

/** What shows that a file is another: a link counts as what it leads to. */
const describeFile = (file: string): string => {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? '' : [found.dev, found.ino, found.size, found.mtimeMs].join(' ')
}

/**
 * @param dir the folder of the configuration
 * @param onChange called once for each change, valid or not
 * @param every ms between two looks
 * @returns a function that ends it
 */
export const watchConfiguration = (dir: string, onChange: () => void, every = LOOK_EVERY): (() => void) => {
  const look = (): string => CONFIG_FILES.map(name => describeFile(join(dir, name))).join(';')
  let read = look()
  let seen = read
  const timer = setInterval(() => {
    const now = look()
    const isSettled = now === seen
    seen = now
    if (!isSettled || now === read) return
    read = now
    onChange()
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}

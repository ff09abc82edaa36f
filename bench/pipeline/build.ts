/** Builds another commit in a temporary folder, so that its worker can run beside that of the working tree. */

import { execFile } from 'node:child_process'
import { constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LOCK = 'package-lock.json'

export interface Build {
  /** Root of the checkout; what it built is in `dist`. */
  readonly root: string
  /** Full hash of the commit that was built. */
  readonly commit: string
  remove(): void
}

/**
 * Checks out `ref` into a temporary folder and builds it with its own `npm run build`. If the ref locks the same
 * versions of packages as the working tree, it uses those of the working tree; otherwise its own are installed.
 * @param ref anything that names a commit: a tag, a branch, a hash
 * @throws when the ref does not exist or does not build; nothing of it is left behind then
 */
export const buildRef = async (ref: string, say: (text: string) => void): Promise<Build> => {
  const commit = await run('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).then(
    ({ stdout }) => stdout.trim(),
    () => {
      throw new Error(`--against ${ref}: no such commit here. Name a tag, a branch or a hash ("git log --oneline")`)
    },
  )
  const root = mkdtempSync(join(tmpdir(), 'newsdesk-against-'))
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  // Also where the benchmark is broken off.
  process.once('exit', remove)
  try {
    const archive = join(root, 'checkout.tar')
    await run('git', ['archive', '--format=tar', `--output=${archive}`, commit])
    await run('tar', ['-xf', archive, '-C', root])
    rmSync(archive)
    if (readFileSync(LOCK, 'utf8') === readFileSync(join(root, LOCK), 'utf8'))
      // Copied, not linked: types that are inferred must not be named by a path outside the checkout.
      await cp('node_modules', join(root, 'node_modules'), {
        recursive: true,
        verbatimSymlinks: true,
        mode: constants.COPYFILE_FICLONE,
      })
    else {
      say(`installing the packages of ${ref}: it locks others`)
      await run('npm', ['ci', '--ignore-scripts'], { cwd: root })
    }
    say(`building ${ref} (${commit.slice(0, 7)})`)
    await run('npm', ['run', '--silent', 'build'], { cwd: root, maxBuffer: 2 ** 24 })
    return { root, commit, remove }
  } catch (error) {
    remove()
    const { stdout = '' } = error as { stdout?: string } // of the command that failed
    throw new Error(`--against ${ref}: it does not build. ${stdout}`, { cause: error })
  }
}

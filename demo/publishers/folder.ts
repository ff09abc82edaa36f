/**
 * The newsstand's second mode: serves a folder of feed files unchanged, to try a configuration on one's own documents.
 */

import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { escapeHtml, listen, send } from './listen.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.json': 'application/feed+json',
  '.atom': 'application/atom+xml',
  '.rss': 'application/rss+xml',
  '.rdf': 'application/rdf+xml',
  '.html': 'text/html',
}

export interface FolderStand {
  readonly url: string
  /** Paths of the files served, in order. */
  readonly files: readonly string[]
  close(): Promise<void>
}

/** Files of a folder and its subfolders, in order; names starting with a dot are left out. */
const filesIn = async (root: string, most = 10_000): Promise<string[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => !path.split('/').some(part => part.startsWith('.')))
    .sort()
    .slice(0, most)
}

/** @throws if the folder cannot be read, naming it */
export const startFolderStand = async (folder: string, port: number): Promise<FolderStand> => {
  const root = await realpath(folder)
  const files = await filesIn(root)

  const serve = async (path: string, response: ServerResponse): Promise<void> => {
    // Only files found in the folder are served, and only while they are still in it: no path leads out of it, not even
    // a link.
    const file = files.includes(path) ? await realpath(join(root, path)) : null
    if (file === null || !file.startsWith(root + sep)) return send(response, 404, 'text/plain', 'No such file.')
    const { size, mtime } = await stat(file)
    response.writeHead(200, {
      'content-type': TYPES[extname(file).toLowerCase()] ?? 'application/xml',
      'content-length': size,
      'last-modified': mtime.toUTCString(),
    })
    // A client that disconnects is no error; the file is closed anyway.
    await pipeline(createReadStream(file), response).catch(() => response.destroy())
  }

  const list = () => files.map(each => `<li><a href="/${encodeURI(each)}">${escapeHtml(each)}</a></li>`).join('')
  const index = () => `<!doctype html><meta charset="utf-8"><title>Newsstand</title><ul>${list()}</ul>`

  const listening = await listen(async (request, response) => {
    const path = parsePath(request.url ?? '/')
    if (path === '') send(response, 200, 'text/html; charset=utf-8', index())
    else await serve(path, response)
  }, port)
  return { ...listening, files }
}

const parsePath = (url: string): string => {
  try {
    return decodeURIComponent(new URL(url, 'http://newsstand').pathname).replace(/^\//, '')
  } catch {
    return '\0'
  }
}

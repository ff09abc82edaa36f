/** The stylesheet, scripts and icon of the admin UI, served under URLs that change with their content. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Request, type Response, Router } from 'express'

/** Scripts after those that they import. */
const FILES = {
  'admin.css': 'css',
  'page.js': 'js',
  'admin.js': 'js',
  'in-place.js': 'js',
  'live.js': 'js',
  'icon.svg': 'svg',
} as const

interface Asset {
  readonly type: string
  readonly body: string
  readonly version: string
}

const assets = new Map<string, Asset>()

/** @returns the URL of an asset, with its version */
export const assetUrl = (name: string): string => `/assets/${name}?${assets.get(name)?.version ?? ''}`

for (const [name, type] of Object.entries(FILES)) {
  const written = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')
  // What a script imports has its version in its address, too.
  const body = written.replaceAll(
    / from '\.\/([a-z-]+\.js)'/g,
    (_, imported: string) => ` from '${assetUrl(imported)}'`,
  )
  assets.set(name, { type, body, version: createHash('sha256').update(body).digest('hex').slice(0, 12) })
}

/** A year: another version has another URL. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable'

export const assetRoutes = (): Router => {
  const router = Router()
  router.get('/:name', (request: Request<{ name: string }>, response: Response) => {
    const asset = assets.get(request.params.name)
    if (asset) response.type(asset.type).set('cache-control', CACHE_CONTROL).send(asset.body)
    else response.status(404).type('text').send('Not found.')
  })
  return router
}

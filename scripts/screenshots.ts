/**
 * Takes screenshots of every page of the admin UI, light and dark, on a desktop and on a phone: `npm run screenshots`
 * writes docs/images/admin-ui/, from a real daemon that crawls the demo's newsstand into its own Redis. Takes a minute
 * or two; the lists differ from run to run.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { demoConfig } from '../demo/demo.ts'
import { startNewsstand } from '../demo/publishers/newsstand.ts'
import { startDaemon } from '../src/app/daemon.ts'
import { createLog } from '../src/app/log.ts'
import { connectRedis } from '../src/redis/connect.ts'
import { keysFor } from '../src/redis/keys.ts'
import { resolveRedis } from '../src/redis/server.ts'
import { NAV } from '../src/server/admin/admin.ts'
import { launchChromium } from './chromium.ts'

const OUT = 'docs/images/admin-ui'
const SIZES = { desktop: { width: 1_200, height: 800 }, phone: { width: 390, height: 780 } } as const
const SCHEMES = ['light', 'dark'] as const
/** Number of stories at which the lists are worth a picture, and the maximum wait for them, ms. */
const STORIES = 40
const PATIENCE = 180_000

const dir = mkdtempSync(join(tmpdir(), 'newsdesk-pictures-'))
const log = createLog({ level: 'error', to: 2 })
const server = await resolveRedis({ dataDir: dir, durable: false, say: () => undefined })
const stand = await startNewsstand({ speed: 60 })
const config = demoConfig(stand)
const keys = keysFor(config.settings.redis.prefix)
const redis = connectRedis(server.address, log, 'pictures')
const daemon = await startDaemon({ config, redis: server, log })
const browser = await launchChromium()

/** The name of a page in its file name. */
const nameOf = (path: string): string =>
  path
    .replace(/\?.*/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '') || 'front'

const take = async (page: Page, path: string, rest: string): Promise<void> => {
  await page.goto(`${daemon.adminUrl}${path}`)
  if (path.startsWith('/queues')) {
    // The queue dashboard loads its data by script; the names of queues are there before their jobs.
    await page.getByText('crawl').first().waitFor()
    await page.getByText(/^loading/i).waitFor({ state: 'detached' })
  }
  const file = join(OUT, `${nameOf(path)}-${rest}.png`)
  await page.screenshot({ path: file, animations: 'disabled' })
  console.log(file)
}

try {
  const end = Date.now() + PATIENCE
  const isReady = async () => {
    const fetched = await Promise.all(config.sources.map(({ id }) => redis.hexists(keys.source(id), 'lastFetchAt')))
    return fetched.every(Boolean) && (await redis.llen(keys.list('latest'))) >= STORIES
  }
  while (!(await isReady()) && Date.now() < end) await delay(500)
  mkdirSync(OUT, { recursive: true })
  const first = await browser.newPage()
  await first.goto(daemon.setupUrl ?? '')
  await first.getByLabel(/New password/).fill('a fine long password')
  await first.getByRole('button', { name: 'Set password' }).click()
  await first.getByRole('navigation', { name: 'Pages' }).waitFor()
  const cookies = await first.context().cookies()
  const [source] = config.sources
  const pages = [
    ...NAV.map(({ path }) => path),
    `/sources/${source?.id}`,
    '/sources/-/add',
    '/sources/-/confirm?do=crawl&which=found',
  ]
  for (const scheme of SCHEMES)
    for (const [size, viewport] of Object.entries(SIZES)) {
      const context = await browser.newContext({ viewport, colorScheme: scheme })
      const page = await context.newPage()
      await take(page, '/login', `${scheme}-${size}`)
      await context.addCookies(cookies)
      for (const path of pages) await take(page, path, `${scheme}-${size}`)
      await context.close()
    }
} finally {
  await browser.close()
  await daemon.stop()
  await stand.close()
  redis.disconnect()
  await server.stop()
  rmSync(dir, { recursive: true, force: true })
}

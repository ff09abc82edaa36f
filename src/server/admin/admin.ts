/**
 * The pages of the desk. How one is added:
 *
 * 1. `pages/<name>.ts`: a pure function from a view model to `Html`. Everything put into `html` is escaped; `pages/table.ts`, `time.ts` and
 *    `sparkline.ts` are there to be used. No inline style or script: the policy forbids both. Style goes into `assets/admin.css`, what a page
 *    does more with script into `assets/admin.js`, and it must work without.
 * 2. `routes/<name>.ts`: a function from `DeskParts` to a router. A GET gathers the view model and ends in `show`, giving the facts as `data`
 *    so that scripts get JSON. A POST acts, through `audit.around` or a function that does, and ends in `done` (303). Who may is decided
 *    before: a viewer's POST never arrives, and a forged one neither. A page hides from viewers what they may not (`mayAct`).
 * 3. A line in ROOMS below: its path, and its place in the navigation where it has one. What it needs and is not there yet goes into `DeskParts`.
 * 4. `tests/admin/<name>.test.ts`: over real HTTP and Redis, and in Chromium where the page does something.
 */

import type { Router } from 'express'
import type { NavItem } from './components/layout.ts'
import { articlesRoutes } from './pages/articles/routes.ts'
import { auditRoutes } from './pages/audit/routes.ts'
import { frontRoutes } from './pages/front-page/routes.ts'
import { overviewRoutes } from './pages/overview/routes.ts'
import { quarantineRoutes } from './pages/quarantine/routes.ts'
import { sourcesRoutes } from './pages/sources/routes.ts'
import { storiesRoutes } from './pages/stories/routes.ts'
import type { PageParts } from './web/parts.ts'

interface Page {
  readonly path: string
  /** Its name in the navigation; null for one that is reached from others. */
  readonly label: string | null
  /** null for what is mounted otherwise. */
  readonly routes: ((parts: PageParts) => Router) | null
}

const PAGES: readonly Page[] = [
  { path: '/', label: 'Front page', routes: frontRoutes },
  { path: '/overview', label: 'Overview', routes: overviewRoutes },
  { path: '/sources', label: 'Sources', routes: sourcesRoutes },
  { path: '/articles', label: 'Articles', routes: articlesRoutes },
  { path: '/stories', label: null, routes: storiesRoutes },
  { path: '/quarantine', label: 'Quarantine', routes: quarantineRoutes },
  { path: '/queues', label: 'Queues', routes: null },
  { path: '/audit', label: 'Audit', routes: auditRoutes },
]

export const NAV: readonly NavItem[] = PAGES.flatMap(({ path, label }) => (label === null ? [] : [{ path, label }]))

/** Each room's routes and the path they are mounted at. */
export const pageRoutes = (parts: PageParts): readonly { readonly path: string; readonly router: Router }[] =>
  PAGES.flatMap(({ path, routes }) => (routes === null ? [] : [{ path, router: routes(parts) }]))

/**
 * The pages of the admin UI. To add one:
 *
 * 1. `pages/<name>/view.ts`: a pure function from a view model to `Html`. Every value in `html` is escaped.
 * `components/` has tables, times, plots and sparklines. The content security policy forbids inline styles and scripts:
 * styles go into `web/assets/admin.css`, scripts into `web/assets/admin.js`. A page must work without scripts.
 * 2. `pages/<name>/routes.ts`: a function from `PageParts` to a router. A GET builds the view model and ends in `show`,
 * with the facts as `data`, so that scripts get JSON. A POST acts through `audit.around` or a function that does, and
 * ends in `show.done` (303), with what to tell and what undoes it. Permissions are checked before, by
 * `web/permissions.ts`: a forged POST or one that the role does not allow never arrives. A page hides controls that its
 * user may not use (`can`). A form with `data-in-place` is sent by script and keeps the page where it is.
 * 3. A line in PAGES below: its path, and its label in the navigation if it has one. What it needs beyond that goes
 * into `PageParts`.
 * 4. `tests/admin/<name>.test.ts`: over real HTTP and Redis, and in Chromium if the page has scripts.
 */

import type { Router } from 'express'
import type { NavItem } from './components/layout.ts'
import { accountRoutes } from './pages/account/routes.ts'
import { articlesRoutes } from './pages/articles/routes.ts'
import { auditRoutes } from './pages/audit/routes.ts'
import { changesRoutes } from './pages/changes/routes.ts'
import { frontRoutes } from './pages/front-page/routes.ts'
import { itemRulesRoutes } from './pages/item-rules/routes.ts'
import { overviewRoutes } from './pages/overview/routes.ts'
import { tokensRoutes, usersRoutes } from './pages/people/routes.ts'
import { pinsRoutes } from './pages/pins/routes.ts'
import { quarantineRoutes } from './pages/quarantine/routes.ts'
import { searchRoutes } from './pages/search/routes.ts'
import { sourcesRoutes } from './pages/sources/routes.ts'
import { storiesRoutes } from './pages/stories/routes.ts'
import { undoRoutes } from './pages/undo/routes.ts'
import type { PageParts } from './web/parts.ts'

interface AdminPage {
  readonly path: string
  /** Its label in the navigation; null if other pages link to it. */
  readonly label: string | null
  /** null if it is mounted elsewhere. */
  readonly routes: ((parts: PageParts) => Router) | null
}

const PAGES: readonly AdminPage[] = [
  { path: '/', label: 'Front page', routes: frontRoutes },
  { path: '/changes', label: 'Changes', routes: changesRoutes },
  { path: '/pins', label: 'Pins', routes: pinsRoutes },
  { path: '/overview', label: 'Overview', routes: overviewRoutes },
  { path: '/sources', label: 'Sources', routes: sourcesRoutes },
  { path: '/articles', label: 'Articles', routes: articlesRoutes },
  { path: '/stories', label: null, routes: storiesRoutes },
  { path: '/rules', label: 'Rules', routes: itemRulesRoutes },
  { path: '/quarantine', label: 'Quarantine', routes: quarantineRoutes },
  { path: '/search', label: null, routes: searchRoutes },
  { path: '/undo', label: null, routes: undoRoutes },
  { path: '/queues', label: 'Queues', routes: null },
  { path: '/audit', label: 'Audit', routes: auditRoutes },
  { path: '/users', label: 'People', routes: usersRoutes },
  { path: '/tokens', label: null, routes: tokensRoutes },
  { path: '/account', label: null, routes: accountRoutes },
]

export const NAV: readonly NavItem[] = PAGES.flatMap(({ path, label }) => (label === null ? [] : [{ path, label }]))

/** The router of each page and the path it is mounted at. */
export const pageRoutes = (parts: PageParts): readonly { readonly path: string; readonly router: Router }[] =>
  PAGES.flatMap(({ path, routes }) => (routes === null ? [] : [{ path, router: routes(parts) }]))

/** Responses of routes: a page in its frame, or the same facts as JSON for a script; after a change, a redirect. */

import type { Request, RequestHandler, Response } from 'express'
import { hasRole } from '../../../domain/actor.ts'
import type { Actor } from '../../../use-cases/audit-log.ts'
import type { PreferenceStore, Preferences } from '../auth/preferences.ts'
import type { Html } from '../components/html.ts'
import { layout, type NavItem } from '../components/layout.ts'
import { messagePage } from '../components/log-in-view.ts'
import { assetUrl } from './assets.ts'
import type { Flash, Flashes, Told } from './flashes.ts'
import { whoOf } from './guard.ts'
import { neededRole } from './permissions.ts'

export interface PageContent {
  readonly title: string
  /** Path of its entry in the navigation. */
  readonly at: string
  readonly body: Html
  readonly status?: number
  /** The facts of the page, for scripts. */
  readonly data?: unknown
}

/** Whether the client is a script: browsers name HTML first. */
export const wantsJson = (request: Request): boolean => request.accepts(['html', 'json']) === 'json'

export interface Show {
  (request: Request, response: Response, shown: PageContent): void
  /** A page with one sentence: what was not found, or not allowed. */
  message(request: Request, response: Response, status: number, title: string, text: string): void
  /**
   * After a change: redirects to the page that the form was sent from, or to `to`, which tells the outcome once; a
   * script gets the outcome as JSON, and our own, which acts in place, where to go.
   */
  done(
    request: Request,
    response: Response,
    outcome: Told & { readonly to?: string; readonly data: unknown },
  ): Promise<void>
}

/** Sent by our own script (assets/in-place.js), which follows no redirect but decides itself what to load. */
const isInPlace = (request: Request): boolean => request.headers['x-newsdesk'] === 'in-place'

/** Reads the message that the address names, for `show`. */
export const readFlash =
  (flashes: Pick<Flashes, 'take'>): RequestHandler =>
  async (request, response, next) => {
    const id = textOf(request.query, 'flash')
    if (id !== '' && request.method === 'GET')
      response.locals.flash = await flashes.take(actorOf(request, response).name, id)
    next()
  }

/** Reads how the user wants dates and numbers shown, for `show`. */
export const readPreferences =
  (preferences: Pick<PreferenceStore, 'read'>): RequestHandler =>
  async (request, response, next) => {
    const who = whoOf(response)
    if (who !== null && who.by !== 'token' && request.method === 'GET')
      response.locals.preferences = await preferences.read(who.name)
    next()
  }

/** A path without the message that it may name. */
const withoutFlash = (path: string): string => {
  const { pathname, searchParams } = new URL(path, 'http://admin')
  searchParams.delete('flash')
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** The page that a form was sent from: as its field `back` says, or else the browser. */
export const backOf = (request: Request, fallback: string): string => {
  const back = textOf(request.body, 'back')
  if (back !== '') return withoutFlash(pathOf(back))
  const { referer, host } = request.headers
  if (referer === undefined || !URL.canParse(referer) || new URL(referer).host !== host) return fallback
  const { pathname, search } = new URL(referer)
  return withoutFlash(pathOf(`${pathname}${search}`))
}

/**
 * @param nav all pages, in the order they are shown
 * @param now ms since the epoch
 */
export const createShow = (nav: readonly NavItem[], flashes: Pick<Flashes, 'put'>, now: () => number): Show => {
  const show = (request: Request, response: Response, { title, at, body, status = 200, data }: PageContent): void => {
    response.status(status).vary('accept')
    if (data !== undefined && wantsJson(request)) {
      response.json(data)
      return
    }
    const who = whoOf(response)
    const flash = (response.locals.flash as Flash | null | undefined) ?? null // set by readFlash
    const frame = {
      ...{ title, at, who, asset: assetUrl, flash, now: now() },
      nav: nav.filter(({ path }) => who !== null && hasRole(who.role, neededRole('GET', path))),
      here: withoutFlash(request.originalUrl),
      preferences: (response.locals.preferences as Preferences | undefined) ?? null, // set by readPreferences
    }
    response.type('html').send(layout(frame, body))
  }
  return Object.assign(show, {
    message(request: Request, response: Response, status: number, title: string, text: string): void {
      const way =
        whoOf(response) === null ? { href: '/login', label: 'Log in' } : { href: '/', label: 'Back to the front page' }
      const body = messagePage(text, way)
      show(request, response, { title, at: '', body, status, data: { error: title, detail: text } })
    },
    async done(
      request: Request,
      response: Response,
      { to, data, ...told }: Told & { readonly to?: string; readonly data: unknown },
    ): Promise<void> {
      response.vary('accept')
      if (wantsJson(request)) {
        response.json(data)
        return
      }
      const flash = await flashes.put(actorOf(request, response).name, told)
      const { pathname, searchParams, hash } = new URL(to ?? backOf(request, '/'), 'http://admin')
      searchParams.set('flash', flash)
      const next = `${pathname}?${searchParams}${hash}`
      if (isInPlace(request)) response.status(200).json({ to: next })
      else response.redirect(303, next)
    },
  })
}

/** The user who acts, for the audit. */
export const actorOf = (request: Request, response: Response): Actor => {
  const who = whoOf(response)
  return {
    name: who === null ? 'nobody' : who.by === 'token' ? `token:${who.name}` : who.name,
    from: request.ip ?? null,
  }
}

/** A field of a form or query as text; empty if there is none. */
export const textOf = (fields: unknown, name: string): string => {
  const value = (fields as Record<string, unknown> | undefined)?.[name] // parsed by express
  return typeof value === 'string' ? value : ''
}

/** A path on this server; anything that a browser could take for another host becomes `/`. */
export const pathOf = (next: string): string => (/^\/(?![/\\])[\w\-./?=&%:+*~!,;@()$]{0,500}$/.test(next) ? next : '/')

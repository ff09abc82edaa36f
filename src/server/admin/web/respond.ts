/** Responses of routes: a page in its frame, or the same facts as JSON for a script; after a change, a redirect. */

import type { Request, Response } from 'express'
import type { Actor } from '../../../use-cases/audit-log.ts'
import type { Html } from '../components/html.ts'
import { layout, type NavItem } from '../components/layout.ts'
import { messagePage } from '../components/log-in-view.ts'
import { assetUrl } from './assets.ts'
import { whoOf } from './guard.ts'

export interface PageContent {
  readonly title: string
  /** Path of its entry in the navigation. */
  readonly at: string
  readonly body: Html
  /** The outcome of the last action, in words that we wrote. */
  readonly message?: string | Html | null
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
}

/**
 * @param nav all pages, in the order they are shown
 * @param now ms since the epoch
 */
export const createShow = (nav: readonly NavItem[], now: () => number): Show => {
  const show = (
    request: Request,
    response: Response,
    { title, at, body, message, status = 200, data }: PageContent,
  ): void => {
    response.status(status).vary('accept')
    if (data !== undefined && wantsJson(request)) {
      response.json(data)
      return
    }
    const frame = { title, at, who: whoOf(response), nav, asset: assetUrl, message: message ?? null, now: now() }
    response.type('html').send(layout(frame, body))
  }
  return Object.assign(show, {
    message(request: Request, response: Response, status: number, title: string, text: string): void {
      const way =
        whoOf(response) === null ? { href: '/login', label: 'Log in' } : { href: '/', label: 'Back to the front page' }
      const body = messagePage(text, way)
      show(request, response, { title, at: '', body, status, data: { error: title, detail: text } })
    },
  })
}

/** After a change: redirects to a page that shows the outcome; a script gets the outcome as JSON. */
export const done = (request: Request, response: Response, to: string, data: unknown): void => {
  response.vary('accept')
  if (wantsJson(request)) response.json(data)
  else response.redirect(303, to)
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
export const pathOf = (next: string): string => (/^\/(?![/\\])[\w\-./?=&%:+]{0,500}$/.test(next) ? next : '/')

/** The path with the outcome in its query, in place of an earlier one. */
export const saying = (path: string, done: string): string => {
  const { pathname, searchParams } = new URL(pathOf(path), 'http://admin')
  searchParams.set('done', done)
  return `${pathname}?${searchParams}`
}

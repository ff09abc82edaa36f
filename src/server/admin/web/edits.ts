/** Shared by routes that edit: parses forms, and shows what was done or why nothing was. */

import express, { type Request, type Response } from 'express'
import type { z } from 'zod'
import type { EditOutcome } from '../../../use-cases/editing.ts'
import { Duration } from '../../../util/units.ts'
import { html } from '../components/html.ts'
import type { Told } from './flashes.ts'
import { backOf, type Show, textOf } from './respond.ts'

/** Long enough for a story of five hundred articles, all of them ticked. */
export const form = express.urlencoded({ extended: false, limit: '50kb' })

/**
 * Answers a form: redirects to where it was sent from, which tells the outcome once, or shows a page that says why
 * nothing was done.
 * @param tell what to say of the result, what undoes it, where to go if that is another page, and what a script is told
 *   if that is not the result itself
 */
export const answer = async <Result>(
  request: Request,
  response: Response,
  show: Show,
  outcome: EditOutcome<Result>,
  tell: (result: Result) => Told & { readonly to?: string; readonly data?: unknown },
): Promise<void> => {
  if (outcome.kind === 'done') return show.done(request, response, { data: outcome.result, ...tell(outcome.result) })
  const status = outcome.kind === 'missing' ? 404 : 409
  show.message(request, response, status, 'Not possible', outcome.why)
}

/** Shows, with status 400, which fields are wrong and what each must be: the script of the page tells it at the field. */
export const showInvalid = (
  request: Request,
  response: Response,
  show: Show,
  wrong: readonly (readonly [field: string, message: string])[],
): void =>
  show(request, response, {
    ...{ title: 'Invalid input', at: '', status: 400 },
    body: html`${wrong.map(([field, message]) => html`<p data-field="${field}">${field}: ${message}.</p>`)}<p><a href="${backOf(request, '/')}">Back</a></p>`,
    data: { error: 'Invalid input', detail: wrong.map(([field, message]) => `${field}: ${message}.`).join(' ') },
  })

/**
 * Reads fields of a form that people fill in. @returns null after answering, with status 400, which field is wrong and
 * what it must be
 */
export const readFields = <Fields>(
  request: Request,
  response: Response,
  show: Show,
  schema: z.ZodType<Fields>,
): Fields | null => {
  const parsed = schema.safeParse(request.body ?? {})
  if (parsed.success) return parsed.data
  showInvalid(
    request,
    response,
    show,
    parsed.error.issues.map(({ path, message }) => [path.join('.'), message] as const),
  )
  return null
}

/** How long an edit lasts, ms, from the field `for`; null after answering that it is no duration. */
export const readSpan = (request: Request, response: Response, show: Show, fallback: string): number | null => {
  const span = Duration.safeParse(textOf(request.body, 'for') || fallback)
  if (span.success) return span.data
  showInvalid(request, response, show, [['for', span.error.issues[0]?.message ?? 'is invalid']])
  return null
}

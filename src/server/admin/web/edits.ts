/** Shared by routes that edit: parses forms, and shows what was done or why nothing was. */

import express, { type Request, type Response } from 'express'
import type { z } from 'zod'
import type { EditOutcome } from '../../../use-cases/editing.ts'
import { Duration } from '../../../util/units.ts'
import { done, pathOf, type Show, saying, textOf } from './respond.ts'

/** Long enough for a story of five hundred articles, all of them ticked. */
export const form = express.urlencoded({ extended: false, limit: '50kb' })

const MESSAGES: Readonly<Record<string, string>> = {
  pinned: 'Pinned. The lists change within a second or so.',
  blocked: 'Blocked. The lists change within a second or so.',
  lifted: 'Ended. The lists change within a second or so.',
  moved: 'Moved to the section. The lists change within a second or so.',
  split: 'Split: it now has a story of its own.',
  logged: 'Changed. The daemons apply it within a second or two.',
  merged: 'Merged: all of its articles are now in this story.',
}

/** @returns the message for an outcome; null for an unknown one */
export const wordsFor = (code: string): string | null =>
  Object.hasOwn(MESSAGES, code) ? (MESSAGES[code] ?? null) : null

/**
 * Answers a form: redirects to where it was sent from, with the outcome, or shows a page that says why nothing was
 * done.
 */
export const answer = <Result>(
  request: Request,
  response: Response,
  show: Show,
  outcome: EditOutcome<Result>,
  code: keyof typeof MESSAGES,
  to = pathOf(textOf(request.body, 'back')),
): void => {
  if (outcome.kind === 'done') done(request, response, saying(to, code), outcome.result)
  else {
    const status = outcome.kind === 'missing' ? 404 : 409
    show.message(request, response, status, 'Not possible', outcome.why)
  }
}

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
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}.`)
  show.message(request, response, 400, 'Invalid input', wrong.join(' '))
  return null
}

/** How long an edit lasts, ms, from the field `for`; null after answering that it is no duration. */
export const readSpan = (request: Request, response: Response, show: Show, fallback: string): number | null => {
  const span = Duration.safeParse(textOf(request.body, 'for') || fallback)
  if (span.success) return span.data
  show.message(request, response, 400, 'Invalid input', `for: ${span.error.issues[0]?.message ?? ''}`)
  return null
}

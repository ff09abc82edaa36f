/** What the routes of articles and stories share: reading a form, and telling what was done or why nothing was. */

import express, { type Request, type Response } from 'express'
import type { Outcome } from '../../../../use-cases/editing.ts'
import { done, pathOf, type Show, saying, textOf } from '../../web/respond.ts'

/** As long as a story of five hundred articles all of which are ticked. */
export const form = express.urlencoded({ extended: false, limit: '50kb' })

const WORDS: Readonly<Record<string, string>> = {
  pinned: 'Pinned. Its lists follow within a second or so.',
  blocked: 'Kept off. The lists follow within a second or so.',
  lifted: 'Ended. The lists follow within a second or so.',
  moved: 'Moved to its section. The lists follow within a second or so.',
  split: 'Split: it has a story of its own now.',
  logged: 'Daemons log so within a second or two.',
  merged: 'Merged: all of its articles are here now.',
}

/** @returns what was done, in words; null for what is no such thing */
export const wordsFor = (code: string): string | null => (Object.hasOwn(WORDS, code) ? (WORDS[code] ?? null) : null)

/** Answers a form: back to where it was sent from, with what was done; or a page that says why not. */
export const answer = <Result>(
  request: Request,
  response: Response,
  show: Show,
  outcome: Outcome<Result>,
  code: keyof typeof WORDS,
  to = pathOf(textOf(request.body, 'back')),
): void => {
  if (outcome.kind === 'done') done(request, response, saying(to, code), outcome.result)
  else {
    const status = outcome.kind === 'missing' ? 404 : 409
    show.message(request, response, status, 'That cannot be done', outcome.why)
  }
}

/**
 * Regular expressions of rules, run by RE2 (re2js), whose time is linear in the text: no pattern and no publisher can
 * hold a worker up. The engine is loaded with the first pattern only. (pure)
 */

import { createRequire } from 'node:module'
import { findRequired, type Required } from './required-literal.ts'

type Engine = typeof import('re2js')

let engine: Engine | null = null
const loadEngine = (): Engine => {
  engine ??= createRequire(import.meta.url)('re2js') as Engine // as its types say
  return engine
}

export interface Pattern {
  /** One of these must occur in the folded text, or it cannot match; null if it has to be tried on every text. */
  readonly required: Required
  /** @param text normalised; its case does not matter unless the pattern says so */
  test(text: string): boolean
}

/** What is wrong with a pattern. */
export class PatternError extends Error {
  readonly code = 'PATTERN'
}

/** @throws PatternError if it is no regular expression of RE2's syntax */
export const compilePattern = (written: string): Pattern => {
  const source = written.normalize('NFC').replace(/[\u2018\u2019]/g, "'") // as texts are normalised
  const { RE2JS, RE2JSException } = loadEngine()
  try {
    const compiled = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE)
    return { required: findRequired(source), test: text => compiled.test(text) }
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    // What we add for case is none of the author's.
    throw new PatternError(error.message.replace('`(?i)', '`'), { cause: error })
  }
}

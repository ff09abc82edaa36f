/** JSON Feed 1.0 and 1.1. */

import { type FeedFormat, HEAD } from '../../documents/format.ts'
import { CUT_OFF, refusal } from '../../documents/outcome.ts'
import { parseLeniently } from './lenient.ts'
import { readJsonFeed } from './read.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const parse = (text: string): { value: unknown; isCutOff: boolean; warnings: string[] } => {
  try {
    return { value: JSON.parse(text), isCutOff: false, warnings: [] }
  } catch (error) {
    const { value, isCutOff, damaged } = parseLeniently(text)
    const warnings = [
      `not well-formed, read leniently: ${messageOf(error)}`,
      ...(isCutOff ? [CUT_OFF] : []),
      ...(damaged > 0 ? [`${damaged} damaged items left out`] : []),
    ]
    return { value, isCutOff, warnings }
  }
}

const VERSION = /"version"\s{0,20}:\s{0,20}"https?:\\?\/\\?\/(?:www\.)?jsonfeed\.org/

/** Whether a JSON Feed stands behind something else: a message of the server, `)]}',`, the name of a function. */
const beginsWithOthers = (start: string): boolean => {
  const head = start.slice(0, HEAD)
  return VERSION.test(head) && /\{\s*"/.test(head) && !/<html\b/i.test(head)
}

export const jsonFeed: FeedFormat = {
  name: 'json',
  detect: start => /^[{[]/.test(start) || beginsWithOthers(start),
  async read(start, wanted) {
    try {
      const at = /^[{[]/.test(start) ? 0 : start.search(/\{\s*"/)
      const { value, isCutOff, warnings: repaired } = parse(start.slice(at))
      const warnings =
        at > 0 ? [`not well-formed, read leniently: ${at} characters before the feed`, ...repaired] : repaired
      const feed = await readJsonFeed(value, wanted)
      if (feed === null) return refusal('unknown-format', 'JSON, but no JSON Feed: it has no items')
      const marked = isCutOff ? { ...feed, isCutOff } : feed
      return { kind: 'feed', feed: { ...marked, warnings: [...warnings, ...feed.warnings] } }
    } catch (error) {
      return refusal('unreadable', `JSON that cannot be parsed: ${messageOf(error)}`)
    }
  },
}

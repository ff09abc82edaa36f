/** JSON Feed 1.0 and 1.1. */

import type { FeedFormat } from '../../documents/format.ts'
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

export const jsonFeed: FeedFormat = {
  name: 'json',
  detect: start => /^[{[]/.test(start),
  async read(start, wanted) {
    try {
      const { value, isCutOff, warnings } = parse(start)
      const feed = await readJsonFeed(value, wanted)
      if (feed === null) return refusal('unknown-format', 'JSON, but no JSON Feed: it has no items')
      const marked = isCutOff ? { ...feed, isCutOff } : feed
      return { kind: 'feed', feed: { ...marked, warnings: [...warnings, ...feed.warnings] } }
    } catch (error) {
      return refusal('unreadable', `JSON that cannot be parsed: ${messageOf(error)}`)
    }
  },
}

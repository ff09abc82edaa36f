/**
 * rss-parser without its snippets. It strips markup from every description with regular expressions that take quadratic
 * time: 60 KB of `a<p` block the event loop for ten seconds. We never use those snippets; our own text comes from an
 * HTML parser.
 *
 * The replaced function is internal to rss-parser, so its version is pinned exactly in package.json. Both imports are
 * static and start from this file: Node and bundlers resolve them to one copy, however many an application has
 * installed.
 */

import RssParser from 'rss-parser'
import utils from 'rss-parser/lib/utils.js'

utils.getSnippet = () => ''

/** Reads one item synchronously, as rss-parser does for each item of a feed. */
const snippetMade = (): unknown => {
  const inside = new RssParser() as unknown as {
    parseItemRss?(item: object, fields: readonly string[]): { contentSnippet?: unknown }
  }
  return inside.parseItemRss?.({ description: ['<p>text</p>'] }, []).contentSnippet
}

/** @throws Error if rss-parser is not the pinned version and makes snippets in another way */
export const assertWithoutSnippets = (made: unknown): void => {
  if (made !== '')
    throw new Error(
      'rss-parser still makes snippets, which take quadratic time on hostile feeds: newsdesk needs rss-parser 3.13.0 exactly, see src/feeds/xml/rss-parser.ts',
    )
}
assertWithoutSnippets(snippetMade())

export { RssParser }

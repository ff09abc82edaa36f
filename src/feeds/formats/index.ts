/**
 * All feed formats, in the order in which they are tried: the first that recognises a document reads it. To add a
 * format, add a folder beside this file and a line here.
 */

import type { FeedFormat } from '../documents/format.ts'
import { atom } from './atom/atom.ts'
import { jsonFeed } from './json-feed/json-feed.ts'
import { rdf } from './rdf/rdf.ts'
import { rss } from './rss/rss.ts'
import { sitemap } from './sitemap/sitemap.ts'

export const FORMATS: readonly FeedFormat[] = [jsonFeed, sitemap, rss, atom, rdf]

/**
 * The bytes of `{newsdesk:article:<id>}:content`: JSON in zlib format (RFC 1950), which programs in any language read
 * without a package. (pure)
 */

import { deflateSync, inflateSync } from 'node:zlib'
import type { ArticleContent } from './content.ts'

/** @returns the same bytes for the same content */
export const packContent = (content: ArticleContent): Buffer => deflateSync(JSON.stringify(content))

/** Bytes; no content is larger, since `articles.contentSize` is at most 1 MB. */
const MAX_UNPACKED = 8 * 1_024 ** 2

/**
 * @param packed null if there is no such key
 * @throws Error if it is not what packContent returned
 */
export const unpackContent = (packed: Buffer | null): ArticleContent | null =>
  packed === null
    ? null
    : (JSON.parse(inflateSync(packed, { maxOutputLength: MAX_UNPACKED }).toString()) as ArticleContent) // written by packContent

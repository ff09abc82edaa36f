/**
 * Cookies of one fetch. Some servers set a cookie with a redirect to the same address and redirect for ever unless it
 * comes back. A cookie is sent only to the origin that set it, and all are dropped with the fetch: nothing is recognised
 * from one fetch to the next.
 */

import { CookieJar } from 'tough-cookie'
import type { Headers } from './headers.ts'

/** Maximum length of the Cookie header, which servers limit with all other headers. */
const MAX_LENGTH = 8_192

export interface FetchCookies {
  /** Keeps what an answer of `url` sets. */
  keep(url: URL, headers: Headers): void
  /** The Cookie header for a request to `url`; empty if there is nothing to send. */
  headersFor(url: URL): Record<string, string>
}

export const createFetchCookies = (): FetchCookies => {
  const jars = new Map<string, CookieJar>()
  return {
    keep(url, headers) {
      const written = [headers['set-cookie'] ?? []].flat()
      if (written.length === 0) return
      const jar = jars.get(url.origin) ?? new CookieJar()
      jars.set(url.origin, jar)
      // A cookie that cannot be read or is not the server's to set is ignored (RFC 6265, 5.3).
      for (const cookie of written) jar.setCookieSync(cookie, url.href, { ignoreError: true })
    },
    headersFor(url) {
      const cookie = jars.get(url.origin)?.getCookieStringSync(url.href) ?? ''
      return cookie === '' || cookie.length > MAX_LENGTH ? {} : { cookie }
    },
  }
}

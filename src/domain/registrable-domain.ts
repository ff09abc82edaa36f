/** Finds the registrable domain of a URL with the Public Suffix List. */

import { getDomain } from 'tldts'
import { createLruCache } from '../util/lru.ts'

/** Cache of recent hosts: each poll looks up several, and the suffix list is long. */
const domains = createLruCache<string, string | null>(10_000)

const findDomain = (host: string): string | null => {
  const known = domains.get(host)
  if (known !== undefined) return known
  const domain = getDomain(host, { allowPrivateDomains: true })
  domains.set(host, domain)
  return domain
}

/**
 * The domain to which politeness limits apply. An IP address or a local name includes its port: each port is a separate
 * server.
 */
export const registrableDomain = (written: string): string => {
  const url = new URL(written)
  return findDomain(url.hostname.replace(/\.$/, '')) ?? url.host
}

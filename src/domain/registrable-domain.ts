/** Finds the registrable domain of a URL by the Public Suffix List. */

import { getDomain } from 'tldts'
import { createLruCache } from '../util/lru.ts'

/** Recently looked up hosts: each poll looks up several, and the suffix list is long. */
const domains = createLruCache<string, string | null>(10_000)

const findDomain = (host: string): string | null => {
  const known = domains.get(host)
  if (known !== undefined) return known
  const domain = getDomain(host, { allowPrivateDomains: true })
  domains.set(host, domain)
  return domain
}

/**
 * The domain whose owner we are polite to. An address, or a name on this machine, counts with its port: those are
 * servers of their own.
 */
export const registrableDomain = (written: string): string => {
  const url = new URL(written)
  return findDomain(url.hostname.replace(/\.$/, '')) ?? url.host
}

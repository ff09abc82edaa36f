/** Registrable domains (Public Suffix List): whose server an address is. (pure but for a memo) */

import { getDomain } from 'tldts'
import { createLruCache } from '../util/lru.ts'

/** Hosts asked about last: each poll asks several times, and public suffixes are many. */
const domains = createLruCache<string, string | null>(10_000)

const domainOf = (host: string): string | null => {
  const known = domains.get(host)
  if (known !== undefined) return known
  const domain = getDomain(host, { allowPrivateDomains: true })
  domains.set(host, domain)
  return domain
}

/** The domain whose owner we are polite to. An address, or a name on this machine, counts with its port: those are servers of their own. */
export const registrableDomain = (written: string): string => {
  const url = new URL(written)
  return domainOf(url.hostname.replace(/\.$/, '')) ?? url.host
}

/** Registrable domains (Public Suffix List): whose server an address is. (pure but for a memo) */

import { getDomain } from 'tldts'

/** Hosts asked about last: each poll asks several times, and public suffixes are many. */
const domains = new Map<string, string | null>()

const MOST_DOMAINS = 20_000

const domainOf = (host: string): string | null => {
  const known = domains.get(host)
  if (known !== undefined) return known
  if (domains.size >= MOST_DOMAINS) domains.clear()
  const domain = getDomain(host, { allowPrivateDomains: true })
  domains.set(host, domain)
  return domain
}

/** The domain whose owner we are polite to. An address, or a name on this machine, counts with its port: those are servers of their own. */
export const registrableDomain = (written: string): string => {
  const url = new URL(written)
  return domainOf(url.hostname.replace(/\.$/, '')) ?? url.host
}

/** Hosts and the domains they are under. (pure) */

/** Whether a host is one of the domains or a subdomain of one. */
export const isUnder = (hostname: string, domains: readonly string[]): boolean => {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return domains.some(domain => host === domain.toLowerCase() || host.endsWith(`.${domain.toLowerCase()}`))
}

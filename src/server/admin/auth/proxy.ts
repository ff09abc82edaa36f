/** Who a trusted proxy says it is: headers that count only where the connection comes from the proxy itself. (pure) */

import type { AdminSettings } from '../../../config/sections/admin.ts'
import { type Role, UserName, type Who } from '../../../domain/actor.ts'

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value

/** Role by groups; null for who is in none that may. An empty list of viewers' groups lets everybody look whom the proxy lets through. */
const roleOf = (
  groups: readonly string[],
  { adminGroups, viewerGroups }: Pick<AdminSettings, 'adminGroups' | 'viewerGroups'>,
): Role | null =>
  groups.some(group => adminGroups.includes(group))
    ? 'admin'
    : viewerGroups.length === 0 || groups.some(group => viewerGroups.includes(group))
      ? 'viewer'
      : null

/**
 * @param isTrusted whether the connection comes from a proxy of `admin.proxies`
 * @returns null where the header is not asked for, not believed, or absent; `denied` for whom the proxy knows and we let in nowhere
 */
export const whoOfProxy = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  isTrusted: boolean,
  settings: Pick<AdminSettings, 'userHeader' | 'groupsHeader' | 'adminGroups' | 'viewerGroups'>,
): Who | 'denied' | null => {
  if (settings.userHeader === '' || !isTrusted) return null
  const name = one(headers[settings.userHeader.toLowerCase()])?.trim()
  if (!name) return null
  const groups = (one(headers[settings.groupsHeader.toLowerCase()]) ?? '')
    .split(/[,;|]/)
    .map(group => group.trim())
    .filter(group => group !== '')
  const role = roleOf(groups, settings)
  return role !== null && UserName.safeParse(name).success ? { name, role, by: 'proxy' } : 'denied'
}

/** The user as named by a trusted proxy: headers count only if the connection comes from the proxy itself. */

import type { AdminSettings } from '../../../config/sections/admin.ts'
import { UserName, type UserRole, type Who } from '../../../domain/actor.ts'

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value

/**
 * The role by groups; null for users in no permitted group. An empty list of viewers' groups makes everyone a viewer
 * whom the proxy lets through.
 */
const findRole = (
  groups: readonly string[],
  { adminGroups, editorGroups, viewerGroups }: Pick<AdminSettings, 'adminGroups' | 'editorGroups' | 'viewerGroups'>,
): UserRole | null => {
  const isIn = (wanted: readonly string[]) => groups.some(group => wanted.includes(group))
  if (isIn(adminGroups)) return 'admin'
  if (isIn(editorGroups)) return 'editor'
  return viewerGroups.length === 0 || isIn(viewerGroups) ? 'viewer' : null
}

/**
 * @param isTrusted whether the connection comes from a proxy of `admin.proxies`
 * @returns null if the header is not configured, not trusted, or absent; `denied` for a user that the proxy knows but
 * we do not admit
 */
export const whoOfProxy = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  isTrusted: boolean,
  settings: Pick<AdminSettings, 'userHeader' | 'groupsHeader' | 'adminGroups' | 'editorGroups' | 'viewerGroups'>,
): Who | 'denied' | null => {
  if (settings.userHeader === '' || !isTrusted) return null
  const name = one(headers[settings.userHeader.toLowerCase()])?.trim()
  if (!name) return null
  const groups = (one(headers[settings.groupsHeader.toLowerCase()]) ?? '')
    .split(/[,;|]/)
    .map(group => group.trim())
    .filter(group => group !== '')
  const role = findRole(groups, settings)
  return role !== null && UserName.safeParse(name).success ? { name, role, by: 'proxy' } : 'denied'
}

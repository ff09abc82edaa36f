/**
 * Which role a request takes, by method and path: the only place that says so. What is not named here anybody may read,
 * and only admins may change. Paths are compared as Express does, regardless of case. (pure)
 */

import { isRead, type UserRole } from '../../../domain/actor.ts'

interface Rule {
  /** First segment of the path. */
  readonly at: string
  readonly read: UserRole
  readonly change: UserRole
}

const RULES: readonly Rule[] = [
  // One's own password, sessions and preferences.
  { at: 'account', read: 'viewer', change: 'viewer' },
  { at: 'articles', read: 'viewer', change: 'editor' },
  { at: 'stories', read: 'viewer', change: 'editor' },
  // What may be undone depends on what was done (use-cases/undo.ts); only editors and admins did anything.
  { at: 'undo', read: 'editor', change: 'editor' },
  { at: 'users', read: 'admin', change: 'admin' },
  { at: 'tokens', read: 'admin', change: 'admin' },
]

const OTHERS = { read: 'viewer', change: 'admin' } as const

/** The least role that may send such a request. @param path without its query */
export const neededRole = (method: string, path: string): UserRole => {
  const [, first = ''] = path.toLowerCase().split('/')
  const rule = RULES.find(({ at }) => at === first) ?? OTHERS
  return isRead(method) ? rule.read : rule.change
}

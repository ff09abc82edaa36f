/** `newsdesk acl`: prints Redis users, one per role and service, each with the least rights it needs. */

import { loadConfig } from '../../config/load.ts'
import { ACL_USERS, type AclUser, aclFile } from '../../redis/acl.ts'

/** @returns 0, or 2 for an unknown user */
export const aclCommand = (configDir: string, which: readonly string[]): number => {
  const unknown = which.find(user => !(ACL_USERS as readonly string[]).includes(user))
  if (unknown !== undefined) {
    console.error(`There is no user ${JSON.stringify(unknown)}. Users: ${ACL_USERS.join(', ')}`)
    return 2
  }
  const { prefix } = loadConfig(configDir, process.env).settings.redis
  process.stdout.write(aclFile(prefix, which.length > 0 ? (which as AclUser[]) : ACL_USERS)) // checked above
  return 0
}

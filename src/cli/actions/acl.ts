/** `newsdesk acl`: the users Redis is to know, one for each role and service, with no more than they need. */

import { loadConfig } from '../../config/load.ts'
import { ACL_USERS, type AclUser, aclFile } from '../../redis/acl.ts'

/** @returns 0, or 2 for a user there is not */
export const aclCommand = (configDir: string, which: readonly string[]): number => {
  const unknown = which.find(user => !(ACL_USERS as readonly string[]).includes(user))
  if (unknown !== undefined) {
    console.error(`No rules for ${JSON.stringify(unknown)}; there are: ${ACL_USERS.join(', ')}`)
    return 2
  }
  const { prefix } = loadConfig(configDir, process.env).settings.redis
  process.stdout.write(aclFile(prefix, which.length > 0 ? (which as AclUser[]) : ACL_USERS)) // looked up above
  return 0
}

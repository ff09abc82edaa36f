/** `newsdesk acl`. */

import type { RegisterCommand } from '../command.ts'

export const acl: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('acl')
    .description('print a Redis ACL file: one user for each role, and for services that read lists or report events')
    .argument('[users...]', 'only these users, such as crawl or reading')
    .action(run(async (users: string[]) => (await import('../actions/acl.ts')).aclCommand(configDir(), users)))
}

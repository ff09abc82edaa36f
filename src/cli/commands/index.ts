/**
 * Every command of the program, in the order in which --help lists them. A new command is one file and one line here.
 */

import type { RegisterCommand } from '../command.ts'
import { acl } from './acl.ts'
import { articles } from './articles.ts'
import { checkConfig } from './check-config.ts'
import { classify } from './classify.ts'
import { cluster } from './cluster.ts'
import { crawl } from './crawl.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { lists } from './lists.ts'
import { log } from './log.ts'
import { migrate } from './migrate.ts'
import { newsstand } from './newsstand.ts'
import { block, overrides, pin, unblock, unpin } from './overrides.ts'
import { quarantine } from './quarantine.ts'
import { replay } from './replay.ts'
import { rules } from './rules.ts'
import { sources } from './sources.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stories } from './stories.ts'
import { supportBundle } from './support-bundle.ts'
import { tokens } from './tokens.ts'
import { trainSections } from './train-sections.ts'
import { users } from './users.ts'
import { webhooks } from './webhooks.ts'

export const COMMANDS: readonly RegisterCommand[] = [
  start,
  status,
  doctor,
  checkConfig,
  supportBundle,
  crawl,
  sources,
  quarantine,
  rules,
  lists,
  explain,
  pin,
  unpin,
  block,
  unblock,
  overrides,
  articles,
  stories,
  replay,
  webhooks,
  users,
  tokens,
  log,
  migrate,
  acl,
  demo,
  newsstand,
  cluster,
  classify,
  trainSections,
]

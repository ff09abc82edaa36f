/** `newsdesk stories` and its subcommands. */

import type { AuditOptions } from '../actions/audit-stories.ts'
import { jsonOption, parseWholeNumber, type RegisterCommand } from '../command.ts'
import { cluster } from './cluster.ts'

export const stories: RegisterCommand = (program, context) => {
  const { configDir, run } = context
  const group = program
    .command('stories')
    .description('audit, merge or split stories, or cluster articles into stories; merges and splits are permanent')
  group
    .command('merge')
    .description('move all articles of one story into another')
    .argument('<from>', 'id of the story to merge; it is closed')
    .argument('<into>', 'id of the story that remains')
    .action(
      run(async (from: string, into: string) =>
        (await import('../actions/editing.ts')).mergeCommand(configDir(), from, into),
      ),
    )
  group
    .command('split')
    .description('move articles out of their story into a new one')
    .argument('<articles...>', 'ids of the articles')
    .action(
      run(async (articles: string[]) => (await import('../actions/editing.ts')).splitCommand(configDir(), articles)),
    )
  group
    .command('audit')
    .description('list the stories that are most likely wrong, why, and the command that splits each')
    .option('--limit <n>', 'stories to list', parseWholeNumber, 10)
    .addOption(jsonOption())
    .action(
      run(async (options: AuditOptions) =>
        (await import('../actions/audit-stories.ts')).auditStoriesCommand(configDir(), options),
      ),
    )
  cluster(group, context)
}

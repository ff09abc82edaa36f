/** `newsdesk webhooks` and its subcommands. */

import type { Command } from 'commander'
import { jsonOption, type RegisterCommand, wantsJson } from '../command.ts'

const actions = () => import('../actions/webhooks.ts')

export const webhooks: RegisterCommand = (program, { configDir, run }) => {
  const group = program.command('webhooks').description('list and test webhooks, and deliver again what failed')
  group
    .command('list', { isDefault: true })
    .description('list webhooks with what they are told, and how many messages wait or failed')
    .addOption(jsonOption())
    .action(run(async (_: object, command: Command) => (await actions()).listCommand(configDir(), wantsJson(command))))
  group
    .command('test')
    .description('send a message of the type webhook.test now, and say how it was answered')
    .argument('<name>', 'name of the webhook, as in webhooks of newsdesk.yaml')
    .action(run(async (name: string) => (await actions()).testCommand(configDir(), name)))
  group
    .command('failed')
    .description('list messages that were given up, which are kept for a week')
    .argument('[name]', 'name of the webhook')
    .addOption(jsonOption())
    .action(
      run(async (name: string | undefined, _: object, command: Command) =>
        (await actions()).failedCommand(configDir(), name, wantsJson(command)),
      ),
    )
  group
    .command('replay')
    .description('deliver failed messages again, under the same ids')
    .argument('[ids...]', 'ids of messages, as `webhooks failed` shows them')
    .option('--all', 'all of them')
    .action(
      run(async (ids: string[], { all = false }: { all?: boolean }, command: Command) => {
        if ((ids.length === 0) === !all) command.error('error: name messages, or pass --all', { exitCode: 2 })
        return (await actions()).replayCommand(configDir(), ids, all)
      }),
    )
}

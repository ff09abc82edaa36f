/** What a command file exports, and the options and argument parsers that several commands share. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import type { UserRole } from '../domain/actor.ts'

/** Handed to every command when it registers itself. */
export interface CliContext {
  /** The folder that --config names. */
  readonly configDir: () => string
  /** Wraps an action: what it returns becomes the exit code of the process. */
  readonly run: <Args extends unknown[]>(action: (...args: Args) => Promise<number>) => (...args: Args) => Promise<void>
}

/**
 * Adds one command to the program: its arguments, options, help text and action. Listed in commands/index.ts.
 * The file is loaded for every --help, so an action imports what it needs when it runs.
 */
export type RegisterCommand = (program: Command, context: CliContext) => void

export const jsonOption = (): Option => new Option('--json', 'print JSON')

/** Whether --json was given: a parent command with the same option takes it from its subcommand. */
export const wantsJson = (command: Command): boolean => command.optsWithGlobals<{ json?: boolean }>().json === true

/** @throws CommanderError (exit code 2) unless either one source or --all was given */
export const requireOneOrAll = (command: Command, source: string | undefined, all: boolean): void => {
  if ((source === undefined) === !all) command.error('error: name one source, or pass --all', { exitCode: 2 })
}

export const parseWholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('must be a whole number')
  return number
}

export const parsePositiveNumber = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('must be a number above 0')
  return number
}

/** A place in a list, counted from 1. */
export const parsePlace = (text: string): number => {
  const place = Number(text)
  if (!Number.isInteger(place) || place < 1) throw new InvalidArgumentError('must be a place, counted from 1')
  return place
}

/** Complete by its type; domain/actor.ts would load zod for every --help. */
export const USER_ROLES = Object.keys({ viewer: true, editor: true, admin: true } satisfies Record<UserRole, true>)

export const userRoleOption = (): Option =>
  new Option('--role <role>', 'a viewer sees every page, an admin may also make changes')
    .choices(USER_ROLES)
    .default('viewer')

/** How long an override (a pin or block) stays in force. */
export const durationOption = (): Option =>
  new Option('--for <time>', 'how long it stays in force, such as 30m, 6h or 2d').default('6h')

export const reasonOption = (): Option => new Option('--reason <text>', 'why, for the log of overrides')

export const byOption = (): Option => new Option('--by <name>', 'who decided it (default: your user name)')

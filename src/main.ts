#!/usr/bin/env node
/** The command line. Exit codes: 0 success, 1 failure, 2 wrong usage or configuration. */

import { CommanderError } from 'commander'
import { buildProgram } from './cli/program.ts'
import { guardConsole } from './util/terminal.ts'

guardConsole()

/** Commander has printed its own errors already, and throws for --help and --version, too. */
const exitCodeFor = async (error: unknown): Promise<number> => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return (await import('./cli/report-error.ts')).reportError(error)
}

try {
  await buildProgram().parseAsync()
} catch (error) {
  const code = await exitCodeFor(error)
  // Connections that the failed command left open must not keep the process alive. Output is flushed first.
  process.stdout.write('', () => process.exit(code))
}

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CommanderError } from 'commander'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { jsonOption, type RegisterCommand } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { buildProgram, FIRST_SETTINGS } from '../../src/cli/program.ts'
import { settingPaths } from '../../src/config/environment.ts'

const greeted: unknown[] = []

/** A command as a contributor would add one: a file with this, and a line in the index. */
const greet: RegisterCommand = (program, { configDir, run }) => {
  program
    .command('greet')
    .description('greet somebody by name')
    .argument('<name>', 'who')
    .addOption(jsonOption())
    .action(
      run(async (name: string, { json = false }: { json?: boolean }) => {
        greeted.push({ name, json, dir: configDir() })
        return 7
      }),
    )
}

const isRegistered = (name: string): boolean => buildProgram().commands.some(command => command.name() === name)

/** Help texts of a program and of all its subcommands. */
const helpOf = (program: ReturnType<typeof buildProgram>): string[] => [
  program.helpInformation(),
  ...program.commands.flatMap(command => helpOf(command)),
]

/** Packages that a file imports by itself or by way of others, before anything runs; type imports and import() load nothing. */
const packagesLoadedBy = (entry: string): string[] => {
  const seen = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^import (?!type\b)[^'(]*'([^']+)'/gm))
      if (name.startsWith('.')) visit(join(dirname(file), name))
      else if (!name.startsWith('node:')) packages.add(name)
  }
  visit(entry)
  return [...packages].sort()
}

describe('the registry of commands', () => {
  afterEach(() => {
    process.exitCode = undefined
  })

  it('the registry of commands shows in --help a command added by one file and one index line', () => {
    expect(buildProgram([...COMMANDS, greet]).helpInformation()).toMatch(/acl .*[\s\S]*greet \[options\] <name>/)
    expect(isRegistered('greet')).toBe(false)
  })

  it('the registry of commands runs an added command with its arguments, options and the shared ones, and takes its exit code', async () => {
    const program = buildProgram([...COMMANDS, greet])
    await program.parseAsync(['--config', 'elsewhere', 'greet', 'ada', '--json'], { from: 'user' })
    expect(greeted).toEqual([{ name: 'ada', json: true, dir: 'elsewhere' }])
    expect(process.exitCode).toBe(7)
  })

  it('the registry of commands groups --help, and names settings that exist', () => {
    let help = ''
    buildProgram()
      .configureOutput({ writeOut: text => (help += text) })
      .outputHelp()
    expect([...help.matchAll(/^(\w+):$/gm)].map(([, heading]) => heading)).toEqual([
      ...['Options', 'Run', 'Sources', 'Editors', 'Access', 'Tools', 'Commands'],
    ])
    const known = settingPaths().map(({ path }) => path.join('.'))
    for (const [key] of FIRST_SETTINGS) {
      expect(help).toContain(`  ${key} `)
      expect(known).toContain(key)
    }
  })

  it('the registry of commands lists every command of its index in the order of --help, under unique names', () => {
    const names = buildProgram().commands.map(command => command.name())
    expect(new Set(names).size).toBe(names.length)
    expect(names.slice(0, 3)).toEqual(['start', 'status', 'doctor'])
    expect(names).toHaveLength(COMMANDS.length)
  })

  it('the registry of commands describes every command, argument and option', () => {
    const undescribed = (command: ReturnType<typeof buildProgram>): string[] => [
      ...(command.description() === '' ? [command.name()] : []),
      ...[
        ...command.registeredArguments.map(each => ({ name: each.name(), text: each.description })),
        ...command.options.map(each => ({ name: each.long, text: each.description })),
      ]
        .filter(({ text }) => text === '')
        .map(({ name }) => `${command.name()} ${name}`),
      ...command.commands.flatMap(undescribed),
    ]
    expect(undescribed(buildProgram())).toEqual([])
    expect(helpOf(buildProgram()).length).toBeGreaterThan(40)
  })

  it.each([
    ['tag'],
    ['placements'],
    ['section', 'a', 'b'],
    ['story', 'merge', 'a', 'b'],
    ['sources', 'why', 'a'],
    ['pin', 'a', '--why', 'b'],
  ])('the registry of commands keeps no alias for a renamed command: %s', async (...args) => {
    const program = buildProgram()
    const silent = { writeErr: () => undefined, writeOut: () => undefined }
    const mute = (command: ReturnType<typeof buildProgram>): void => {
      command.configureOutput(silent)
      command.commands.forEach(mute)
    }
    mute(program)
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toBeInstanceOf(CommanderError)
  })

  it('the registry of commands offers the same clustering as `cluster` and as `stories cluster`', () => {
    const line = `${JSON.stringify({ id: 1, title: 'Bridge closed after flood' })}\n`
    const [short, long] = [['cluster'], ['stories', 'cluster']].map(words =>
      spawnSync(process.execPath, [...inject('newsdesk'), ...words], { input: line, encoding: 'utf8' }),
    )
    expect(short?.stdout).toMatch(/^\{"id":1,"story":".+"\}\n$/)
    expect(long?.stdout).toBe(short?.stdout)
  })

  it('newsdesk --help loads only commander and picocolors, not the daemon, Redis or the configuration', () => {
    expect(packagesLoadedBy('src/main.ts')).toEqual(['commander', 'picocolors'])
  })

  it('the entry point only builds the program and reports errors', () => {
    expect(readFileSync('src/main.ts', 'utf8')).not.toMatch(/\.command\(|\.option\(/)
  })
})

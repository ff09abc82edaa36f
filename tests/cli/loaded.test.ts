import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The packages that a module loads before any of its code runs, through whichever other modules. */
const packagesOf = (file: string): string[] => {
  const reached = new Set<string>()
  const packages = new Set<string>()
  const follow = (module: URL): void => {
    if (reached.has(module.href)) return
    reached.add(module.href)
    const imported = readFileSync(module, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^';]*? from )?'([^']+)'/gm)
    for (const [, name = ''] of imported)
      if (name.startsWith('.')) follow(new URL(name, module))
      else if (!name.startsWith('node:')) packages.add(name)
  }
  follow(new URL(`../../src/${file}`, import.meta.url))
  return [...packages].sort()
}

it('the list of commands and their help are shown without loading what any of them needs', () => {
  expect(packagesOf('main.ts')).toEqual(['commander', 'picocolors'])
})

it.each(['cli/actions/lists.ts', 'cli/actions/sources/show.ts', 'cli/actions/who.ts'])(
  'a command that only reads or writes a few keys loads neither queues nor lists nor stories: %s',
  file => {
    const packages = packagesOf(file)
    expect(packages).toContain('ioredis')
    for (const heavy of ['bullmq', 'undici', 'pino', 'express', '@orama/stemmers'])
      expect(packages).not.toContain(heavy)
  },
)

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Settings } from '../../src/config/schema.ts'
import { SectionId } from '../../src/domain/section.ts'
import { SourceId } from '../../src/domain/source.ts'
import { LISTS } from '../../src/lists/registry.ts'

/** What would reach another key, another slot, several keys at a time, or another command. */
const HOSTILE = [
  'a:b',
  'a}b',
  '{a}',
  '*',
  'a*',
  'a?',
  '[ab]',
  'a b',
  'a\n',
  '\na',
  'a\r\nFLUSHALL',
  'a\u0000',
  '../a',
  'a/b',
  'a\\b',
  '__proto__',
  '',
  'ａ',
  'a'.repeat(65),
]

describe('what becomes part of a key of Redis', () => {
  it.each(HOSTILE)('%j is no id of a source or section, and no prefix of keys', text => {
    expect(SourceId.safeParse(text).success).toBe(false)
    expect(SectionId.safeParse(text).success).toBe(false)
    const isOfWord = /^[\w.-]{1,40}$/.test(text)
    expect(Settings.safeParse({ redis: { prefix: text } }).success && !isOfWord).toBe(false)
  })

  it.each([
    'latest:',
    'latest:a:b',
    'most-read:ever',
    'most-read:now:',
    '__proto__',
    'constructor',
    'related',
    'related:',
    'related:a:b',
  ])('%j becomes part of no key, since it is no name of a list', name => {
    expect(LISTS.parse(name)).toBeNull()
  })
})

const filesIn = (folder: string, type: string): { file: string; text: string }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(type))
    .map(file => ({ file: join(folder, file), text: readFileSync(join(folder, file), 'utf8') }))
const code = ['src', 'jobs'].flatMap(folder => filesIn(folder, '.ts'))
const scripts = filesIn('src', '.lua')

describe('a script that Redis runs', () => {
  it('a script that Redis runs is a file as it stands: nothing is ever put together to be run', () => {
    expect(scripts.length).toBeGreaterThan(20)
    const running = code.filter(({ text }) => /\.(?:eval|evalsha|fcall|defineCommand)\w*\(|'(?:EVAL|FCALL)/i.test(text))
    expect(running.map(({ file }) => file)).toEqual(['src/redis/script.ts'])
    const loaded = code.flatMap(({ text }) => [...text.matchAll(/loadScript\((.*?)\)\)?\n/g)].map(([, what]) => what))
    expect(loaded.length).toBeGreaterThan(20)
    expect(loaded.filter(what => !/^new URL\('\.{1,2}\/[\w./-]+\.lua', import\.meta\.url$/.test(what ?? ''))).toEqual(
      [],
    )
  })

  it('a script that Redis runs runs no text it is given, and names no key and no command by it', () => {
    const wrong = scripts.flatMap(({ file, text }) =>
      text
        .split('\n')
        .map(line => line.replace(/--.*/, ''))
        .filter(line =>
          /\b(?:loadstring|load|dofile|setfenv)\s*\(|redis\.p?call\((?!\s*(?:'[A-Z]+'|command\b))/.test(line),
        )
        .map(line => `${file}: ${line.trim()}`),
    )
    expect(wrong).toEqual([])
    // Where a function of a script is told the command, its callers write it out.
    for (const { file, text } of scripts)
      for (const [, name = ''] of text.matchAll(/function (\w+)\(command\b/g))
        for (const [call] of text.replaceAll(`function ${name}(`, '').matchAll(new RegExp(`\\b${name}\\([^,)]*`, 'g')))
          expect(call, file).toMatch(/^\w+\((?:command$|[^[.]*'[A-Z]+'$)/)
  })

  it('no JavaScript is ever evaluated, and no command is put together for a shell', () => {
    const evaluated = /(?<![.\w])eval\(|new Function\(|\bvm\.|from 'node:vm'|\bexec(?:Sync)?\(`|shell: true/
    expect(code.filter(({ text }) => evaluated.test(text)).map(({ file }) => file)).toEqual([])
  })
})

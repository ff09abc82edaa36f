import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { aFolder } from '../support/folder.ts'

const PURE = 'Rules and the domain are pure'
const FILES = {
  'src/lists/rules/clock.ts': 'export const age = (at: number): number => Date.now() - at\n',
  'src/lists/rules/today.ts': 'export const today = (): Date => new Date()\n',
  'src/lists/rules/chance.ts': 'export const chance = (): number => Math.random()\n',
  'src/domain/timer.ts': 'export const later = (work: () => void): unknown => setTimeout(work, 1)\n',
  'src/domain/date.ts': 'export const iso = (at: number): string => new Date(at).toISOString()\n',
  'src/lists/clock.ts': 'export const age = (at: number): number => Date.now() - at\n',
}

describe('the linter', () => {
  let said = ''
  beforeAll(() => {
    const folder = aFolder('lint')
    cpSync('biome.json', join(folder, 'biome.json'))
    cpSync('lint', join(folder, 'lint'), { recursive: true })
    for (const [file, text] of Object.entries(FILES)) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const biome = resolve('node_modules/.bin/biome')
    const { stdout, stderr } = spawnSync(biome, ['lint', '--vcs-enabled=false', '--reporter=github', '.'], {
      ...{ cwd: folder, encoding: 'utf8' },
    })
    said = stdout + stderr
  })
  const refused = (file: string): boolean => said.split('\n').some(line => line.includes(file) && line.includes(PURE))

  it.each(['src/lists/rules/clock.ts', 'src/lists/rules/today.ts', 'src/lists/rules/chance.ts', 'src/domain/timer.ts'])(
    'the linter refuses Date, Math.random and timers in %s',
    file => {
      expect(refused(file), said).toBe(true)
    },
  )

  it.each(['src/domain/date.ts', 'src/lists/clock.ts'])(
    'the linter accepts %s, which is a pure computation or at the edge',
    file => {
      expect(refused(file), said).toBe(false)
    },
  )
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LAYERS } from '../../scripts/layers.ts'
import { withDiagram } from '../../scripts/write-architecture.ts'

const page = readFileSync('docs/architecture.md', 'utf8')

describe('docs/architecture.md', () => {
  it('docs/architecture.md draws the imports as they are in the code (npm run docs updates it)', () => {
    expect(page).toBe(withDiagram(page))
  })

  it('docs/architecture.md says what every layer holds', () => {
    const told = [...page.matchAll(/^\| `([\w/-]+)` \|/gm)].map(([, layer]) => layer)
    expect(told).toEqual(expect.arrayContaining(LAYERS.filter(layer => !layer.endsWith('.ts'))))
  })

  it.each(['docs/architecture.md', 'CONTRIBUTING.md'])('every file that %s names exists', document => {
    const named = [...readFileSync(document, 'utf8').matchAll(/`((?:src|jobs|tests|bench|demo|lint)\/[\w./-]+)`/g)]
    const gone = named.map(([, file = '']) => file).filter(file => !existsSync(file))
    expect(named.length).toBeGreaterThan(5)
    expect(gone).toEqual([])
  })
})

describe('the tests', () => {
  it('no test imports a benchmark: tests of benchmark tools are in bench/', () => {
    const files = readdirSync('tests', { recursive: true, encoding: 'utf8' }).filter(name => /\.(ts|mjs)$/.test(name))
    expect(files.length).toBeGreaterThan(100)
    expect(
      files.filter(name =>
        /(?:from|import\() *['"`](?:\.\.\/)+bench\//.test(readFileSync(join('tests', name), 'utf8')),
      ),
    ).toEqual([])
  })
})

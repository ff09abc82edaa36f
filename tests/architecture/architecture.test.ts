import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LAYERS } from '../../scripts/layers.ts'
import { withDiagram } from '../../scripts/write-architecture.ts'

const page = readFileSync('docs/architecture.md', 'utf8')

describe('docs/architecture.md', () => {
  it('docs/architecture.md draws the imports as they are (npm run docs draws them anew)', () => {
    expect(page).toBe(withDiagram(page))
  })

  it('docs/architecture.md says of every layer what it holds', () => {
    const told = [...page.matchAll(/^\| `([\w/-]+)` \|/gm)].map(([, layer]) => layer)
    expect(told).toEqual(expect.arrayContaining(LAYERS.filter(layer => !layer.endsWith('.ts'))))
  })

  it.each(['docs/architecture.md', 'CONTRIBUTING.md'])('every file that %s names is there', document => {
    const named = [...readFileSync(document, 'utf8').matchAll(/`((?:src|jobs|tests|bench|demo|lint)\/[\w./-]+)`/g)]
    const gone = named.map(([, file = '']) => file).filter(file => !existsSync(file))
    expect(named.length).toBeGreaterThan(5)
    expect(gone).toEqual([])
  })
})

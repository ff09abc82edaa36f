/** Reads the layers of the code and their imports, for docs/architecture.md and its test. */

import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, normalize } from 'node:path'

const rules = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as { layers: readonly string[] } // ours

/** The layers of .dependency-cruiser.cjs, lowest first, as folders or files. */
export const LAYERS = rules.layers

const layerOf = (file: string): string | undefined =>
  LAYERS.find(layer => file === layer || file.startsWith(`${layer}/`))

const IMPORT = /(?:from|import|import\()\s*'(\.{1,2}\/[^']+\.ts)'/g

/** Each layer and the layers it imports, type imports included. */
export const readImports = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const imports = new Map(LAYERS.map(layer => [layer, new Set<string>()]))
  for (const root of ['src', 'jobs', 'demo'])
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.name.endsWith('.ts')) continue
      const file = join(entry.parentPath, entry.name)
      const from = layerOf(file)
      if (from === undefined) continue
      for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
        const to = layerOf(normalize(join(dirname(file), target)))
        if (to !== undefined && to !== from) imports.get(from)?.add(to)
      }
    }
  return imports
}

/** The imports without implied ones: a layer that is reached through a third one has no arrow of its own. */
export const withoutImplied = (imports: ReadonlyMap<string, ReadonlySet<string>>): [from: string, to: string][] => {
  const reached = (from: string): Set<string> => {
    const all = new Set<string>()
    for (const to of imports.get(from) ?? []) for (const each of [to, ...reached(to)]) all.add(each)
    return all
  }
  return [...imports].flatMap(([from, direct]) => {
    const implied = new Set([...direct].flatMap(to => [...reached(to)]))
    return [...direct].filter(to => !implied.has(to)).map((to): [string, string] => [from, to])
  })
}

const nameOf = (layer: string): string => layer.replace(/^src\//, '')
const idOf = (layer: string): string => nameOf(layer).replace(/\W/g, '_')

/** Formats the diagram as Mermaid. */
export const layersDiagram = (): string => {
  const arrows = withoutImplied(readImports()).map(([from, to]) => `  ${idOf(from)} --> ${idOf(to)}`)
  const nodes = [...LAYERS].reverse().map(layer => `  ${idOf(layer)}["${nameOf(layer)}"]`)
  return ['flowchart TD', ...nodes, ...arrows.sort()].join('\n')
}

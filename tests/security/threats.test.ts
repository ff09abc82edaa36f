import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const DOCUMENT = 'docs/security.md'
const COLUMNS = ['threat', 'defence', 'test', 'left'] as const

interface Threat {
  readonly line: number
  readonly threat: string
  readonly defence: string
  readonly test: string
  readonly left: string
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map(cell => cell.trim())

/** Rows of the tables that are of threats; those of other tables have other heads. */
const threatsIn = (text: string): Threat[] => {
  const threats: Threat[] = []
  let isOfThreats = false
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('|')) isOfThreats = false
    else if (cellsOf(line).join() === COLUMNS.join()) isOfThreats = true
    else if (isOfThreats && !line.startsWith('| ---')) {
      const [threat = '', defence = '', test = '', left = ''] = cellsOf(line)
      threats.push({ line: index + 1, threat, defence, test, left })
    }
  }
  return threats
}

/** What a file calls its tests, as it is written: in `it`, and behind `it.each(...)` and the like. */
const titles = new Map<string, ReadonlySet<string>>()
const titlesIn = (file: string): ReadonlySet<string> => {
  const known = titles.get(file)
  if (known) return known
  const found = new Set<string>()
  const rootOf = (node: ts.Expression): string =>
    ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) ? rootOf(node.expression) : node.getText()
  const walk = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const [first] = node.arguments
      if (first && ts.isStringLiteralLike(first) && rootOf(node.expression) === 'it') found.add(first.text)
    }
    ts.forEachChild(node, walk)
  }
  walk(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true))
  titles.set(file, found)
  return found
}

/** What is wrong with the test of a threat, in words. */
const wrongWith = ({ line, threat, defence, test, left }: Threat): string[] => {
  const at = `${DOCUMENT}:${line} ${threat}`
  const wrong: string[] = []
  const named = [...test.matchAll(/`(tests\/[\w./-]+)` "([^"]+)"/g)]
  const rest = test.replace(/`tests\/[\w./-]+` "[^"]+"/g, '').replace(/[;\s]/g, '')
  const reason = /^none: (.{20,})$/.exec(test)
  if (named.length === 0 && !reason) wrong.push(`${at}: neither a test nor why there is none`)
  if (named.length > 0 && rest !== '') wrong.push(`${at}: ${JSON.stringify(rest)} names no test as \`file\` "title"`)
  for (const [, file = '', title = ''] of named)
    if (!existsSync(file)) wrong.push(`${at}: there is no ${file}`)
    else if (!titlesIn(file).has(title)) wrong.push(`${at}: ${file} has no test called ${JSON.stringify(title)}`)
  if (defence === '' || left === '') wrong.push(`${at}: nothing stands under ${defence === '' ? 'defence' : 'left'}`)
  for (const [, file = ''] of defence.matchAll(/`((?:src|jobs)\/[\w./-]+)`/g))
    if (!existsSync(file)) wrong.push(`${at}: there is no ${file}`)
  return wrong
}

const written = threatsIn(readFileSync(DOCUMENT, 'utf8'))

describe('the threat model', () => {
  it('the threat model names for each threat an existing test, or why there is none', () => {
    expect(written.length).toBeGreaterThan(70)
    expect(written.flatMap(wrongWith)).toEqual([])
  })

  it('the threat model names every test of tests/security', () => {
    const named = new Set(
      written.flatMap(({ test }) => [...test.matchAll(/`(tests\/[\w./-]+)`/g)].map(([, file]) => file)),
    )
    for (const file of ['ssrf', 'documents', 'endpoint', 'keys', 'desk', 'patterns', 'supply'])
      expect(named).toContain(`tests/security/${file}.test.ts`)
  })

  it.each([
    ['| a | b | `tests/nowhere.test.ts` "x" | c |', 'there is no tests/nowhere.test.ts'],
    ['| a | b | `tests/security/threats.test.ts` "never written" | c |', 'has no test called "never written"'],
    ['| a | b | `tests/security/threats.test.ts` never quoted | c |', 'neither a test nor why'],
    ['| a | b | soon | c |', 'neither a test nor why'],
    ['| a | b | | c |', 'neither a test nor why'],
    ['| a | b | none: no | c |', 'neither a test nor why'],
    ['| a | `src/nowhere.ts` | none: because it is only an example | c |', 'there is no src/nowhere.ts'],
    ['| a | b | none: because it is only an example | |', 'nothing stands under left'],
  ])('the threat model with the row %j is refused', (row, expected) => {
    const [threat] = threatsIn(`| ${COLUMNS.join(' | ')} |\n| --- | --- | --- | --- |\n${row}`)
    expect(threat && wrongWith(threat).join('\n')).toContain(expected)
  })
})

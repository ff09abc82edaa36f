/** Finds every call of a logger in the code, with its event and the names of its fields, by the types of TypeScript. */

import { dirname, relative } from 'node:path'
import ts from 'typescript'

export interface LogCall {
  /** File and line. */
  readonly at: string
  /** null if the call names none that can be read from the code. */
  readonly event: string | null
  readonly fields: readonly string[]
}

/** The string that `event` is set to in an object, in those spread into it, or in a variable's. */
const findEvent = (node: ts.Node, checker: ts.TypeChecker): string | null => {
  if (ts.isIdentifier(node)) {
    const declared = checker.getSymbolAtLocation(node)?.valueDeclaration
    return declared && ts.isVariableDeclaration(declared) && declared.initializer
      ? findEvent(declared.initializer, checker)
      : null
  }
  if (!ts.isObjectLiteralExpression(node)) return null
  for (const each of node.properties) {
    if (ts.isSpreadAssignment(each)) {
      const found = findEvent(each.expression, checker)
      if (found !== null) return found
    } else if (ts.isPropertyAssignment(each) && each.name.getText() === 'event') {
      return ts.isStringLiteral(each.initializer) ? each.initializer.text : null
    }
  }
  return null
}

/** Names of all properties that an object may have, except `event`: of each member, where its type is a union. */
const listProperties = (checker: ts.TypeChecker, node: ts.Node): string[] => {
  const type = checker.getTypeAtLocation(node)
  const members = type.isUnion() ? type.types : [type]
  const names = members.flatMap(member => checker.getPropertiesOfType(member).map(({ name }) => name))
  return [...new Set(names)].filter(name => name !== 'event')
}

/** Which argument holds the fields, by the type of the function that is called: pino's, or our log of outages. */
const ARGUMENT: ReadonlyMap<string, number> = new Map([
  ['LogFn', 0],
  ['OutageLog', 1],
])
/** Other callees are not looked at, since their types take long to find. */
const CANDIDATE = /(^|\.)(trace|debug|info|warn|error|fatal|logError)$|\]$|^createOutageLog\(/
/** The log of outages passes on the event and the fields that it was called with. */
const PASSES_ON = 'src/redis/transient-error.ts'

/** @param folders whose files are searched */
export const findLogCalls = (folders: readonly string[]): readonly LogCall[] => {
  const path = 'tsconfig.json'
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path))
  const files = folders.flatMap(folder => ts.sys.readDirectory(folder, ['.ts']))
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const calls: LogCall[] = []
  const wanted = new Set(files.map(file => relative('.', file)).filter(file => file !== PASSES_ON))
  const visit = (file: ts.SourceFile) => (node: ts.Node) => {
    ts.forEachChild(node, visit(file))
    if (!ts.isCallExpression(node)) return
    if (!CANDIDATE.test(node.expression.getText(file))) return
    const type = checker.getTypeAtLocation(node.expression)
    const index = ARGUMENT.get(type.aliasSymbol?.name ?? type.symbol?.name ?? '')
    if (index === undefined) return
    const fields = node.arguments[index]
    const { line } = file.getLineAndCharacterOfPosition(node.getStart())
    calls.push({
      at: `${relative('.', file.fileName)}:${line + 1}`,
      event: fields ? findEvent(fields, checker) : null,
      fields: fields ? listProperties(checker, fields) : [],
    })
  }
  for (const file of program.getSourceFiles()) if (wanted.has(relative('.', file.fileName))) visit(file)(file)
  return calls
}

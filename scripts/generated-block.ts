/** Generated parts of written documents, between `<!-- generated: name -->` and `<!-- /generated -->`. */

/** @throws Error for a document without such a part */
export const replaceBlock = (document: string, name: string, block: string): string => {
  const [before, ...rest] = document.split(`<!-- generated: ${name} -->\n`)
  const after = rest.join('').indexOf('<!-- /generated -->')
  if (rest.length !== 1 || after < 0)
    throw new Error(`expected one part "<!-- generated: ${name} -->" that ends with "<!-- /generated -->"`)
  return `${before}<!-- generated: ${name} -->\n${block.trimEnd()}\n${rest.join('').slice(after)}`
}

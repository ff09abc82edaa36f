/** Which lists a pattern names. (pure) */

/** Related lists change with every article, and nobody waits for one of them. */
const RELATED = /^related:/

/**
 * Whether any of these patterns names a list; `*` stands for any part of a name.
 * @param patterns as in the configuration, which allows no other character of regular expressions
 */
export const createListMatch = (patterns: readonly string[]): ((list: string) => boolean) => {
  const expressions = patterns.map(pattern => new RegExp(`^${pattern.split('*').join('.*')}$`))
  return list => !RELATED.test(list) && expressions.some(expression => expression.test(list))
}

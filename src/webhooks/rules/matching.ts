/** Which lists a pattern names. (pure) */

/** Related lists change with every article, and nobody waits for one of them. */
const RELATED = 'related:'

/** Whether a pattern names a name; `*` stands for any part of it. Each part is looked for where it first occurs. */
const isNamed = (pattern: string, name: string): boolean => {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return name.length - at >= last.length && name.endsWith(last)
}

/** Whether any of these patterns names a list. */
export const createListMatch =
  (patterns: readonly string[]): ((list: string) => boolean) =>
  list =>
    !list.startsWith(RELATED) && patterns.some(pattern => isNamed(pattern, list))

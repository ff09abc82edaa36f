/** What the public routes read of a query, and how they tell of what is wrong in it. */

/** A wrong request: the message says what is wrong, where, and what would be right, and is sent as the answer. */
export class QueryMistake extends Error {
  override name = 'QueryMistake'
  readonly status = 400
}

export const quote = (value: unknown): string => JSON.stringify(value).slice(0, 100)

/** @throws QueryMistake */
export const parseSwitch = (name: string, written: unknown): boolean => {
  if (written === undefined || written === '0') return false
  if (written === '1') return true
  throw new QueryMistake(`${name} ${quote(written)}: write ${name}=1 or leave it out`)
}

/** @throws QueryMistake */
export const parseArticleId = (written: unknown): string => {
  if (typeof written === 'string' && /^[0-9a-f]{16}$/.test(written)) return written
  throw new QueryMistake(`article ${quote(written)} is not the id of an article: 16 of 0-9 and a-f`)
}

/**
 * Applies blocks from all lists to articles and stories: when a block begins or ends, and when blocked articles come
 * in.
 */

import type { WithholdChanges, Withholding } from '../articles/withhold.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVERYWHERE, type Overrides } from '../lists/overrides.ts'

export interface BlockFollower {
  /**
   * @param only limits it to these new articles; by default all are checked, and those no longer blocked are restored
   */
  follow(only?: readonly ArticleId[]): Promise<WithholdChanges>
}

export interface BlocksParts {
  readonly editors: Pick<Overrides, 'inForce'>
  readonly withholding: Withholding
  /** ms since the epoch. */
  readonly now: () => number
}

export const createBlocks = ({ editors, withholding, now }: BlocksParts): BlockFollower => ({
  async follow(only) {
    const at = now()
    const overrides = await editors.inForce(at)
    const blocked = overrides.flatMap(({ kind, list, what }) => (kind === 'block' && list === EVERYWHERE ? what : []))
    return withholding.apply([...new Set(blocked)], at, only)
  },
})

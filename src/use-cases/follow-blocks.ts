/**
 * Applies blocks from all lists to articles and stories: when a block begins or ends, and when blocked articles come
 * in.
 */

import type { WithholdChanges, Withholding } from '../articles/withhold.ts'
import type { ArticleId } from '../domain/article.ts'
import { EVERYWHERE, type Overrides } from '../lists/overrides.ts'

export interface Blocks {
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

export const createBlocks = ({ editors, withholding, now }: BlocksParts): Blocks => ({
  async follow(only) {
    const at = now()
    const placements = await editors.inForce(at)
    const blocked = placements.flatMap(({ kind, list, what }) => (kind === 'block' && list === EVERYWHERE ? what : []))
    return withholding.apply([...new Set(blocked)], at, only)
  },
})

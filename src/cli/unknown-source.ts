/** Reports a source that does not exist. */

import { nearestTo } from '../config/problems.ts'

/** @param known ids that may have been meant */
export const reportUnknownSource = (id: string, known: readonly string[]): void => {
  const meant = nearestTo(id, known)
  console.error(
    `There is no source ${JSON.stringify(id)}${meant ? `; did you mean ${meant}?` : '. `newsdesk sources` lists all.'}`,
  )
}

export interface Scores {
  /** Shares of one. */
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export const f1Of = (precision: number, recall: number): number =>
  precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)

/**
 * Each article's precision and recall over its story and its cluster, averaged (Amigo, Gonzalo, Artiles, Verdejo, A comparison of
 * extrinsic clustering evaluation metrics based on formal constraints, 2009).
 */
export const bcubed = (pairs: readonly (readonly [gold: string, found: string])[]): Scores => {
  const count = (keys: string[]) => {
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts
  }
  const golds = count(pairs.map(([gold]) => gold))
  const founds = count(pairs.map(([, found]) => found))
  const both = count(pairs.map(pair => pair.join('\t')))
  let [precision, recall] = [0, 0]
  for (const pair of pairs) {
    const common = both.get(pair.join('\t')) ?? 0
    precision += common / (founds.get(pair[1]) ?? 1) / pairs.length
    recall += common / (golds.get(pair[0]) ?? 1) / pairs.length
  }
  return { precision, recall, f1: f1Of(precision, recall) }
}

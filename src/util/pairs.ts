/** Splits a flat list of names and values in turn, as Redis replies, into pairs. (pure) */
export const toPairs = <Each>(flat: readonly Each[]): [name: Each, value: Each][] => {
  const pairs: [Each, Each][] = []
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] as Each, flat[at + 1] as Each]) // within its length
  return pairs
}

/**
 * Breadths by which stories are indexed. Of stories that are as broad, only the newest can become must-reads, so a list
 * looks at the newest few of each breadth, however many stories came since. (pure)
 */

/** Numbers of sources, ascending; 1 is every story. */
export const BREADTHS = [1, 2, 3, 6] as const

/** Those that a story of so many sources has; 1 at least, since a story without a source is indexed too. */
export const listBreadths = (sources: number): number[] => BREADTHS.filter(breadth => breadth <= Math.max(1, sources))

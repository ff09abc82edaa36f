/**
 * Estimates which share of a stream's articles belong to a story with others, in two ways: how many of the latest
 * clearly matched a story on arrival, which reacts quickly but ignores later articles; and how many of the window are
 * not alone in their story, which reacts slowly.
 */

/** Initial estimate, and the number of articles it counts for. */
export const FIRST_RATE = 0.4
const FIRST_ARTICLES = 50
/** Number of articles over which the quick estimate averages. */
const SPAN = 60
const LOWEST = 0.03
const HIGHEST = 0.95

/**
 * From this best score on, in nats, an article clearly belongs to a story; less for each term that a text is shorter.
 */
const CLEAR_SCORE = 10.9
const TYPICAL_LENGTH = 10
const LESS_PER_TERM = 0.75

/** Weight of the slow estimate for adding one article, and for merging stories, which are harder to separate again. */
const WEIGHT_FOR_ONE = 0.7
const WEIGHT_FOR_SEVERAL = 0.5

const logOdds = (share: number): number => Math.log(share / (1 - share))
const clamp = (rate: number, lowest: number, highest = 1 - lowest): number => Math.min(highest, Math.max(lowest, rate))

/**
 * @param best   score of the best story on arrival, in nats
 * @param length number of distinct terms of the article
 */
export const nextRate = (rate: number, best: number, length: number): number => {
  const isClear = best >= CLEAR_SCORE - LESS_PER_TERM * Math.max(0, TYPICAL_LENGTH - length)
  return clamp(rate + ((isClear ? 1 : 0) - rate) / SPAN, LOWEST)
}

export interface Seen {
  /** Number of articles in the window, and of those alone in their story. */
  readonly articles: number
  readonly alone: number
}

/**
 * Combines both estimates by their log odds.
 * @param joining number of articles that are to join or merge
 */
export const combineRates = (quick: number, { articles, alone }: Seen, joining: number): number => {
  const slow = clamp((articles - alone + FIRST_ARTICLES * FIRST_RATE) / (articles + FIRST_ARTICLES), 0.01)
  const weight = joining < 2 ? WEIGHT_FOR_ONE : WEIGHT_FOR_SEVERAL
  const odds = (1 - weight) * logOdds(quick) + weight * logOdds(slow)
  return clamp(1 / (1 + Math.exp(-odds)), LOWEST, HIGHEST)
}

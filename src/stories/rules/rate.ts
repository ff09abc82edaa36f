/**
 * What share of a stream's articles belong to some story, by two estimates: how many of the latest were surely told by a story when they
 * arrived, which is quick but blind to what later articles show; and how many of the window are not alone in their story. (pure)
 */

/** As if the stream began so. */
export const FIRST_RATE = 0.4
const AS_IF = 50
/** Over so many articles the quick estimate follows the stream. */
const SPAN = 60
const LOWEST = 0.03
const HIGHEST = 0.95

/** A best score from here on says surely that an article belongs somewhere; a short text cannot say as much. */
const SURE = 10.9
const USUAL_LENGTH = 10
const LESS_A_TERM = 0.75

/** How much the slow estimate is believed for one article, and for merging stories of several: they are harder to part again. */
const FOR_ONE = 0.7
const FOR_SEVERAL = 0.5

const logOdds = (share: number): number => Math.log(share / (1 - share))
const within = (rate: number, lowest: number, highest = 1 - lowest): number => Math.min(highest, Math.max(lowest, rate))

/** @param best the score of the best story on arrival, in nats; @param length distinct terms of the article */
export const nextRate = (rate: number, best: number, length: number): number => {
  const sure = best >= SURE - LESS_A_TERM * Math.max(0, USUAL_LENGTH - length)
  return within(rate + ((sure ? 1 : 0) - rate) / SPAN, LOWEST)
}

export interface Seen {
  /** Articles of the window, and those of them that are alone in their story. */
  readonly articles: number
  readonly alone: number
}

/** Both estimates, weighed by their log odds. @param articles that are to join or merge */
export const rateOf = (quick: number, { articles, alone }: Seen, joining: number): number => {
  const slow = within((articles - alone + AS_IF * FIRST_RATE) / (articles + AS_IF), 0.01)
  const weight = joining < 2 ? FOR_ONE : FOR_SEVERAL
  const odds = (1 - weight) * logOdds(quick) + weight * logOdds(slow)
  return within(1 / (1 + Math.exp(-odds)), LOWEST, HIGHEST)
}

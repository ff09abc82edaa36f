/**
 * Computes how strongly an article's words are evidence for a story: the log likelihood ratio of "it reports this
 * story" against "it reports something else" (Dirichlet process mixture in the spirit of Yin and Wang, A Dirichlet
 * multinomial mixture model-based approach for short text clustering, KDD 2014; Jelinek-Mercer smoothing). One rule
 * serves streams of few large stories and of many small ones:
 *   - a word is weighed by the number of *stories* that have it, not of articles, so that the words of a large story
 *     stay distinctive;
 *   - a story with many articles is likelier to get another (the rich get richer), so its central words suffice;
 *   - the threshold falls in a stream where most articles belong to a story, and rises where few do
 *     (src/stories/rules/rate.ts).
 * The constants come from a random search over mixtures of large stories, small stories and unrelated articles;
 * bench/quality-stories.ts measures them, and docs/decisions/0014 explains the method.
 */

/** Share of an article's words that come from its story; the rest are its own. */
const OWN_WORDS = 0.352
const ODDS = OWN_WORDS / (1 - OWN_WORDS)
const PENALTY = -Math.log(1 - OWN_WORDS)
/** Maximum gain of one word, in nats: even a rare word may match by coincidence. */
const MAX_GAIN = 4.856
/** Weight of the prior frequencies: as if this much unrelated news had gone before. */
const PRIOR = 586
/** Exponent: further articles of one story that mention a word add less and less to how common the word is. */
const MENTIONS = 0.481
/** Longer texts have more chances to share a word, so scores are partly scaled towards this many terms. */
const TYPICAL_LENGTH = 10
const MIN_LENGTH = 5
const LENGTH_EXPONENT = 0.3
/** Weight of a story's size, and its maximum gain. */
const SIZE = 0.939
const MAX_SIZE_GAIN = 2.069

/** Threshold for joining a story, in nats, if every second article of the stream belongs to one. */
const NEEDED = 10.3
const RATE_WEIGHT = 2.8

/** Merging whole stories needs this much more, and less the more articles the smaller one has. */
const MERGE_NEEDED = 2.422
const MERGE_SIZE = 0.479

/** Penalty if the same source already reports the story, since it rarely reports it again as news. */
const SAME_SOURCE = 1
/** Penalty in nats for each day after the first between an article and the story, and its maximum. */
const DAY_APART = 0.5
const MAX_APART = 4

/** Computes how much `mentions` articles of one story add to the frequency of a word. */
export const commonness = (mentions: number): number => mentions ** MENTIONS

/** Frequency of an unseen word without a prior. */
const UNSEEN = 0.3

/**
 * Probability that an article contains a word by chance.
 * @param prior its prior probability (src/stories/rules/common-words.ts)
 */
export const chance = (common: number, all: number, prior: number | null): number =>
  Math.min(0.5, (common + (prior === null ? UNSEEN : prior * PRIOR)) / (all + PRIOR + 1))

/**
 * Evidence of one word without the cap for coincidence, in nats: how well it leads to a story.
 * @param share share of the story's articles that have it
 */
export const lead = (share: number, byChance: number): number => Math.log(1 + (ODDS * share) / byChance)

/** Caps the evidence of one word. */
export const atMost = (leads: number): number => Math.min(MAX_GAIN, leads)

/** Evidence of one word for a story, in nats. */
export const gain = (share: number, byChance: number): number => atMost(lead(share, byChance))

/**
 * @param gained sum of the gains of shared words
 * @param length number of distinct terms of the article, or its mean in a story
 */
export const likelihood = (gained: number, length: number): number =>
  (gained - PENALTY * length) * (TYPICAL_LENGTH / Math.max(MIN_LENGTH, length)) ** LENGTH_EXPONENT

/**
 * Evidence from a story's size.
 * @param coherence 0 to 1; a story of loosely connected articles gets less
 */
export const sizePrior = (articles: number, coherence: number): number =>
  articles < 2 ? 0 : Math.min(MAX_SIZE_GAIN, SIZE * Math.log(articles)) * coherence

/** With fewer articles than this, chance matches are rarer, and the threshold is lower. */
const FULL_WINDOW = 3_000
const SMALL_WINDOW = 250
const WINDOW_WEIGHT = 0.8

const neededAt = (rate: number): number => NEEDED - RATE_WEIGHT * Math.log(rate / (1 - rate))

/**
 * @param rate     share of articles that belong to a story
 * @param articles number of articles in the window
 */
export const neededToJoin = (rate: number, articles: number): number =>
  neededAt(rate) + WINDOW_WEIGHT * Math.log(Math.min(1, (articles + SMALL_WINDOW) / FULL_WINDOW))

/** @param smaller number of articles of the smaller story; many articles are more evidence than one */
export const neededToMerge = (rate: number, articles: number, smaller: number): number =>
  smaller < 2 ? neededToJoin(rate, articles) : neededAt(rate) + MERGE_NEEDED - MERGE_SIZE * Math.log(smaller)

/** Evidence against: the same source already reports the story, or they are days apart. */
export const reservations = (sameSource: boolean, msApart: number): number =>
  (sameSource ? SAME_SOURCE : 0) + Math.min(MAX_APART, DAY_APART * Math.max(0, msApart / 86_400_000 - 1))

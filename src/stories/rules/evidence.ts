/**
 * How strongly an article's words speak for a story: a log likelihood ratio of two ways to explain them, "it tells this story" against
 * "it tells something else" (Dirichlet process mixture in the spirit of Yin and Wang, A Dirichlet multinomial mixture model-based
 * approach for short text clustering, KDD 2014; Jelinek-Mercer smoothing). One rule serves both kinds of stream:
 *   - a word counts by how many *stories* have it, not how many articles, so that the words of a large story stay telling;
 *   - a story that many articles tell is likelier to be told again (the rich get richer), so its central words suffice;
 *   - what is needed falls as the stream turns out to be one where most articles belong somewhere, and rises where few do
 *     (src/stories/rules/rate.ts).
 * The constants were found by random search over mixtures of large stories, small stories and unrelated articles; bench/quality-stories.ts
 * measures them, docs/decisions/0014 tells how. (pure)
 */

/** Share of a story's wording in an article that tells it; the rest is its own. */
const OWN_WORDS = 0.352
const ODDS = OWN_WORDS / (1 - OWN_WORDS)
const PENALTY = -Math.log(1 - OWN_WORDS)
/** Most that one word may say, in nats: however rare it is, it may be a coincidence. */
const MOST_GAIN = 4.856
/** Unseen streams have no frequencies yet: as if so much unrelated news had gone before. */
const PRIOR = 586
/** An article's mentions of a word in one story count ever less towards how common the word is. */
const MENTIONS = 0.481
/** Longer texts have more chances to share a word: scores are scaled towards this many terms, not fully. */
const USUAL_LENGTH = 10
const SHORTEST = 5
const LENGTH_EXPONENT = 0.3
/** Weight of a story's size, and the most it may say. */
const SIZE = 0.939
const MOST_SIZE = 2.069

/** Needed to join, where every second article belongs somewhere. */
const NEEDED = 10.3
const RATE_WEIGHT = 2.8

/** Merging whole stories needs this much more, and less again with each doubling of the smaller. */
const MERGE_NEEDED = 2.422
const MERGE_SIZE = 0.479

/** A source that already tells a story rarely tells it again as news. */
const SAME_SOURCE = 1
/** Each day between an article and the story's own days, after the first, in nats, and the most of it. */
const DAY_APART = 0.5
const MOST_APART = 4

/** What `mentions` articles of one story add to how common a word is. */
export const commonness = (mentions: number): number => mentions ** MENTIONS

/** What an unseen word counts of which nothing is known beforehand. */
const UNSEEN = 0.3

/** Probability that an article has the word by chance. @param usual what was known of it beforehand (src/stories/rules/common-words.ts) */
export const chance = (common: number, all: number, usual: number | null): number =>
  Math.min(0.5, (common + (usual === null ? UNSEEN : usual * PRIOR)) / (all + PRIOR + 1))

/** What one word would say if it could be no coincidence, in nats: how well it leads to a story. @param share of the story's articles that have it */
export const lead = (share: number, byChance: number): number => Math.log(1 + (ODDS * share) / byChance)

/** What one word may say of what it would say. */
export const atMost = (leads: number): number => Math.min(MOST_GAIN, leads)

/** What one word says for a story, in nats. */
export const gain = (share: number, byChance: number): number => atMost(lead(share, byChance))

/** @param gained sum of gains over the words both have; @param length distinct terms of the article, or their mean in a story */
export const likelihood = (gained: number, length: number): number =>
  (gained - PENALTY * length) * (USUAL_LENGTH / Math.max(SHORTEST, length)) ** LENGTH_EXPONENT

/** What a story's size says for it. @param coherence 0 to 1: a story of loosely connected articles has not earned it */
export const sizePrior = (articles: number, coherence: number): number =>
  articles < 2 ? 0 : Math.min(MOST_SIZE, SIZE * Math.log(articles)) * coherence

/** Where there are fewer articles than this, fewer stories may be met by coincidence, and less is needed for one more article. */
const FULL = 3_000
const FEW = 250
const FEWER = 0.8

const neededAt = (rate: number): number => NEEDED - RATE_WEIGHT * Math.log(rate / (1 - rate))

/** @param rate share of articles that belong somewhere; @param articles of the window */
export const neededToJoin = (rate: number, articles: number): number =>
  neededAt(rate) + FEWER * Math.log(Math.min(1, (articles + FEW) / FULL))

/** @param smaller articles of the smaller story: many articles that all speak for it are more evidence than one */
export const neededToMerge = (rate: number, articles: number, smaller: number): number =>
  smaller < 2 ? neededToJoin(rate, articles) : neededAt(rate) + MERGE_NEEDED - MERGE_SIZE * Math.log(smaller)

/** What speaks against: told before by the same source, or days apart. */
export const reservations = (sameSource: boolean, msApart: number): number =>
  (sameSource ? SAME_SOURCE : 0) + Math.min(MOST_APART, DAY_APART * Math.max(0, msApart / 86_400_000 - 1))

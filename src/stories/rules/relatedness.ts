/**
 * How closely two stories are related, and how closely they must be to be one ("relative average link"). The question is
 * not whether a text is above some similarity to a story, but whether it is about as similar to the story's articles as
 * those are to each other. So a story whose papers all write the same demands much, one that each tells in words of its
 * own demands little, and no story grows by its topic. (pure)
 *
 * docs/stories.md says what each term is for and what it gains; the figures came from half of the labelled events, and
 * were judged on the other half (docs/decisions/0014).
 */

/** Every figure of the rule. Similarities are cosines, 0 to 1. */
export const RELATEDNESS = {
  /** A word of the title counts as often as so many of the text. */
  title: 2.8,
  /** Weight of the general frequency of a word: as if so many unrelated articles had gone before. */
  prior: 2_600,
  /** Similarity of two papers' articles on one event, where a story does not show it yet; and what long texts add. */
  coherence: 0.16,
  coherenceLong: 0.01,
  /** The similarity that is expected weighs as much as so many pairs of articles. */
  confidence: 4,
  /** Bounds of a story's coherence: near-copies say little of how others tell the same; and what long texts add. */
  leastCoherence: 0.013,
  mostCoherence: 0.22,
  mostCoherenceLong: 0.22,
  /** Distinct words of a short and of a long text. */
  short: 8,
  long: 24,
  /** What is needed of two large stories, and what long texts add. */
  base: 0.385,
  baseLong: 0.045,
  /** What is needed more of few articles, which are alike by chance: this by the root of the number of their pairs. */
  size: 1.2,
  /** The share of what two articles have in common that one word may give: of short texts, and of long ones. */
  oneWord: 0.65,
  oneWordLong: 0.25,
  /** What is needed more in a window of many stories, for each factor of e above a hundred. */
  window: 0.055,
  /** What is needed more for each day between two stories, after so many days. */
  dayApart: 1,
  freeApart: 0.2,
  /** What is needed more for each day from the first to the last article of both, after so many days. */
  lasting: 0.4,
  freeLasting: 0.4,
  /** An article that comes so near to a second story, as a share of what it would need, has both compared. */
  bridge: 0.71,
}
export type Relatedness = typeof RELATEDNESS

/** A story, or an article as a story of one, as far as it is compared. */
export interface Compared {
  /** Articles that are not reprints. */
  readonly originals: number
  /** Squared length of the sum of its articles' vectors, each of length 1. */
  readonly squared: number
  /** Sum of the number of distinct words of its articles. */
  readonly words: number
  /** ms since the epoch: its first and its last article. */
  readonly from: number
  readonly to: number
}

const DAY = 86_400_000
/** Windows with more stories need no more. */
const MOST_STORIES = 3_000

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

/** 0 for short texts, 1 for long ones. */
const longness = ({ words, originals }: Compared, rule: Relatedness): number =>
  clamp((words / originals - rule.short) / (rule.long - rule.short), 0, 1)

const pairsOf = ({ originals }: Compared): number => (originals * (originals - 1)) / 2

/** What the sums of two stories' vectors have in common: their product, and the largest part of it that one word gives. */
export interface InCommon {
  readonly product: number
  readonly largest: number
}

/** Mean similarity of two of a story's articles, as far as they show it yet. */
export const coherence = (story: Compared, rule: Relatedness = RELATEDNESS): number => {
  const pairs = pairsOf(story)
  const long = longness(story, rule)
  const seen = Math.max(0, story.squared - story.originals) / 2
  const expected = rule.coherence + rule.coherenceLong * long
  return clamp(
    (seen + rule.confidence * expected) / (pairs + rule.confidence),
    rule.leastCoherence,
    rule.mostCoherence + rule.mostCoherenceLong * long,
  )
}

/**
 * What two stories have in common without what one word alone gives of it: articles of one day that share little but a
 * person, a club or a product are on its news, not on one event. Of larger stories less is taken off, by the root of the
 * number of their pairs, since all their articles have the word.
 */
const withoutOneWord = ({ product, largest }: InCommon, one: Compared, other: Compared, rule: Relatedness): number => {
  const long = (longness(one, rule) + longness(other, rule)) / 2
  const most = rule.oneWord + (rule.oneWordLong - rule.oneWord) * long
  return product - Math.max(0, largest - most * product) / Math.sqrt(one.originals * other.originals)
}

/**
 * @returns their mean similarity, relative to the coherence of both: each counts by how well it is known
 */
export const relatedness = (
  common: InCommon,
  one: Compared,
  other: Compared,
  rule: Relatedness = RELATEDNESS,
): number => {
  const [known, otherKnown] = [pairsOf(one) + rule.confidence, pairsOf(other) + rule.confidence]
  const logs = known * Math.log(coherence(one, rule)) + otherKnown * Math.log(coherence(other, rule))
  return (
    withoutOneWord(common, one, other, rule) / (one.originals * other.originals) / Math.exp(logs / (known + otherKnown))
  )
}

/** The relatedness that makes two stories one. @param stories number of stories in the window */
export const needed = (one: Compared, other: Compared, stories: number, rule: Relatedness = RELATEDNESS): number => {
  const long = (longness(one, rule) + longness(other, rule)) / 2
  const few = rule.size / Math.sqrt(one.originals * other.originals)
  const among = 1 + rule.window * Math.max(0, Math.log((Math.min(stories, MOST_STORIES) + 20) / 100))
  const apart = Math.max(0, Math.max(one.from - other.to, other.from - one.to) / DAY - rule.freeApart)
  const lasting = Math.max(0, (Math.max(one.to, other.to) - Math.min(one.from, other.from)) / DAY - rule.freeLasting)
  return (rule.base + rule.baseLong * long + few) * among * (1 + rule.dayApart * apart + rule.lasting * lasting)
}

/** Further articles of one story that have a word add less and less to how common it is: this exponent of their number. */
const MENTIONS = 0.47
/** Powers are looked up: of the number of articles, in thousandths, whole. */
const COMMONNESS = Array.from({ length: 4_097 }, (_, articles) => Math.round(articles ** MENTIONS * 1_000))

/** How common `articles` articles of one story make a word, in thousandths, whole. */
export const commonnessOf = (articles: number): number => COMMONNESS[Math.min(articles, 4_096)] as number // within it

/**
 * Inverse document frequency of a word.
 * @param common  sum of `commonnessOf` over the stories that have it
 * @param all     the same over all stories
 * @param general how probable it is that any article has it (src/stories/rules/common-words.ts)
 * @returns nats
 */
export const rarity = (common: number, all: number, general: number, rule: Relatedness = RELATEDNESS): number =>
  -Math.log(Math.min(0.5, (common / 1_000 + rule.prior * general) / (all / 1_000 + rule.prior + 1)))

/** Weight of a word in a text, before its rarity. */
export const termWeight = (inTitle: number, elsewhere: number, rule: Relatedness = RELATEDNESS): number =>
  1 + Math.log(Math.max(1, rule.title * inTitle + elsewhere))

/** Distinct words that must be shared, so that chance is ruled out. @param words of the article, distinct */
export const sharedNeeded = (originals: number, words: number, rule: Relatedness = RELATEDNESS): number => {
  if (originals >= 5) return 1
  return originals <= 1 && words > rule.short ? 3 : 2
}

/** Keys of rules per item: those that were added while newsdesk runs, and what rules did. */

export const ruleKeys = (prefix: string) => ({
  /**
   * HASH version, rules (JSON): rules that editors added in the admin UI or on the command line, in order. Written by
   * these, read by every daemon that ingests, once a second its version. 2,000 rules.
   */
  liveRules: () => `{${prefix}:rules}:live`,
  /** HASH rule id -> items that it matched. Written by ingest. A field a rule that matched anything. */
  ruleCounts: () => `{${prefix}:rules}:counts`,
  /** HASH rule id -> ms of its latest match. Likewise. */
  ruleMatches: () => `{${prefix}:rules}:matched`,
  /** STREAM of JSON, items that rules dropped. Written by ingest, read by whoever looks for one. About 1,000. */
  ruleDropped: () => `{${prefix}:rules}:dropped`,
})

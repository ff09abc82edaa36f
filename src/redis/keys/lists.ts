/** Keys that publishing lists needs: the publish queue, overrides, baselines, and what visitors read together. */

/** Only four slots, so that the links of a whole batch are written in four script calls at most. */
const relatedBackLinksSlot = (id: string): number => id.charCodeAt(id.length - 1) % 4

export const listKeys = (prefix: string) => ({
  /**
   * ZSET list by the number of its last change: the publish queue. Written by ingest and publish. One member a list.
   */
  listsChanged: () => `{${prefix}:publish}:changed`,
  /** ZSET like `listsChanged`, for lists enqueued by the clock. Written by the scheduler and publish. */
  listsToRefresh: () => `{${prefix}:publish}:refresh`,
  /** HASH list -> ms at which it was last claimed for writing. Written by publish. One field a list. */
  listsClaimed: () => `{${prefix}:publish}:claimed`,
  /**
   * ZSET list -> 0, or the ms at which it was first found to be configured no longer (src/lists/retirement.ts). Written
   * by the scheduler. One member a list, but for related lists; removed with the list.
   */
  publishedLists: () => `{${prefix}:publish}:lists`,
  /** STRING, marks that the key space was searched for lists the above does not name. Expires after a day. */
  publishedListsSearched: () => `{${prefix}:publish}:lists:searched`,
  /** STRING counter that numbers the changes above. */
  publishSequence: () => `{${prefix}:publish}:sequence`,
  /**
   * STREAM articles, stories: what changed in the archive, for caches in memory. Written by ingest, counter and
   * editors. About 2,000.
   */
  changes: () => `{${prefix}:changes}`,
  /**
   * HASH kind, list and article or story -> JSON of a pin or block. Written by editors, read by publish; expired ones
   * are swept.
   */
  overrides: () => `{${prefix}:overrides}`,
  /** STREAM, every pin and block and its end: who, when, why. Written by editors. About 5,000. */
  overridesLog: () => `{${prefix}:overrides}:log`,
  /**
   * STREAM left, entered: what changed in a list, at most once a minute. Written by publish, read by the admin UI and
   * the CLI; `lists.history`. In the slot of the list, as the next.
   */
  listHistory: (list: string) => `{${prefix}:list:${list}}:history`,
  /** STRING, ids of the articles of a list as of the latest entry of its history, and when that was, ms. */
  listHistoryLatest: (list: string) => `{${prefix}:list:${list}}:history:latest`,
  /**
   * HASH `section:hour of the day` -> views an article of it usually gets in that hour. Written hourly by publish. 24
   * fields a section.
   */
  baseline: () => `{${prefix}:baseline}`,
  /** STRING, marks that the baseline of an hour was learned, so that one process does it. Expires after two hours. */
  baselineLearned: (hour: number) => `{${prefix}:baseline}:${hour}`,
  /**
   * ZSET hash of a visitor of an article by ms of the latest view, the 50 latest. Written by the counter, read by
   * publish; 8 days.
   */
  viewedBy: (id: string) => `${prefix}:viewed-by:${id}`,
  /**
   * LIST of articles that one sampled visitor viewed, by the visitor's hash. Written by the counter; the latest 20,
   * expires after six hours.
   */
  viewer: (visitor: string) => `${prefix}:viewer:${visitor}`,
  /**
   * ZSET article id by visitors who viewed both; "" counts its own. Written by the counter; 100, expires a week after
   * the last view.
   */
  coViewed: (id: string) => `${prefix}:co-viewed:${id}`,
  /**
   * ZSET article id by ms: whose related lists name this article. Written by publish; the latest 200, expires with
   * the article.
   */
  relatedBackLinks: (id: string) => `{${prefix}:related-back-links:${relatedBackLinksSlot(id)}}:${id}`,
  /** Which of the four slots the above key of an article is in: a script call covers one slot. */
  relatedBackLinksSlot,
})

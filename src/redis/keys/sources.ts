/** Keys of the catalogue, of when sources are due, and of what is known of each source. */

export const sourceKeys = (prefix: string) => ({
  /** ZSET source id by the ms at which it is due. Written by crawl and the scheduler. One member a source. */
  due: () => `${prefix}:sources:due`,
  /**
   * HASH left, at: scheduled fetches that `crawl.budget` still allows. Written when sources are claimed, in the slot
   * of the due set.
   */
  allowance: () => `{${prefix}:sources:due}:allowance`,
  /**
   * HASH source id -> the fetches it would use of the budget. Written by crawl if there is a budget, read to
   * rebalance it. One field a source.
   */
  demand: () => `${prefix}:sources:demand`,
  /**
   * STRING, the fetch cost: ms of freshness that a fetch must be worth. Written by the scheduler each minute, read by
   * crawl.
   */
  fetchCost: () => `${prefix}:sources:fetch-cost`,
  /** HASH, the state of a source: validators, outcomes, reasons. One a source; removed with it. */
  source: (id: string) => `{${prefix}:source:${id}}`,
  /**
   * HASH item key (by its id, by its link) -> fingerprint, day last carried, article. Written after ingest. At most
   * some `crawl.maxItems`.
   */
  seen: (id: string) => `{${prefix}:source:${id}}:seen`,
  /**
   * STRING, hashes of the raw items in the last feed, which need not be parsed again. Written with the validators;
   * expires after 30 days.
   */
  itemHashes: (id: string) => `{${prefix}:source:${id}}:item-hashes`,
  /** SET of batches of one crawl already ingested; the last one commits the validators. Expires after a day. */
  crawlBatches: (id: string, crawlId: string) => `{${prefix}:source:${id}}:crawl:${crawlId}`,
  /**
   * LIST, the last 30 fetches of a source, packed, newest first. Written by crawl and push, read by `sources
   * explain`.
   */
  history: (id: string) => `{${prefix}:source:${id}}:history`,
  /**
   * STRING JSON, beginnings and ends of its latest 40 titles, and the publisher's name learned from them. Written by
   * crawl; 90 days.
   */
  titles: (id: string) => `{${prefix}:source:${id}}:titles`,
  /** HASH section -> number of its latest 400 articles in it. Written by ingest; a field a section; 90 days. */
  sourceSections: (id: string) => `{${prefix}:source:${id}}:sections`,
  /** HASH source id -> JSON of a source added with the command line, over config/sources.yaml. One field a source. */
  addedSources: () => `{${prefix}:sources}:added`,
  /** HASH source id -> JSON: paused or removed with the command line. One field a source. */
  sourceOverrides: () => `{${prefix}:sources}:overrides`,
  /**
   * HASH `source:<id>` or `section:<id>` -> JSON of its name or labels, for articles whose source or section is gone.
   * Written by the scheduler, read by publish. One field each; kept for `articles.retention` after it is gone.
   */
  knownNames: () => `{${prefix}:sources}:names`,
  /** STRING counter, raised with every change of the two above; every daemon reads it each second. */
  catalogueVersion: () => `{${prefix}:sources}:version`,
  /**
   * HASH site -> JSON array of the URL parameters that identify its articles; `@<source>` -> sites it taught;
   * `#sites`, `#version`. Written by crawl, read wherever URLs are canonicalised. 5,000 sites.
   */
  urlParameters: () => `${prefix}:url-parameters`,
})

/** Keys that make daemons polite together, and that detect an outage of our own network. */

export const pollingKeys = (prefix: string) => ({
  /**
   * HASH of a registrable domain: when it is free, until when it is rate-limited and why, how long visits take.
   * Expires unused.
   */
  host: (domain: string) => `{${prefix}:host:${domain}}`,
  /**
   * ZSET token of each visit to a domain by the ms at which it is presumed dead. Bounded by the domain's concurrency.
   */
  hostHolders: (domain: string) => `{${prefix}:host:${domain}}:holders`,
  /** ZSET source id by the ms of its turn at a domain. One member a waiting source; expires after the last turn. */
  hostWaiting: (domain: string) => `{${prefix}:host:${domain}}:waiting`,
  /**
   * STRING, gzipped JSON of a host's robots.txt, at most 64 KB. Written and read by crawl if robots.txt is obeyed;
   * expires after a day.
   */
  robots: (origin: string) => `${prefix}:robots:${origin}`,
  /** HASH mode, since: whether our own network is down. Written by crawl, read by crawl and the scheduler. One. */
  network: () => `{${prefix}:network}`,
  /** ZSET domain by the ms of the request that was answered last, or failed last. The 20 latest of each; expires. */
  networkHeard: (what: 'reached' | 'unreached') => `{${prefix}:network}:${what}`,
  /**
   * STRING, a cool-down set by the worker that probes while the network is down. Expires when the next probe may
   * start.
   */
  networkProbe: () => `{${prefix}:network}:probe`,
  /**
   * ZSET source id by the ms of a failure that our network may have caused; reset after the outage. At most 10,000;
   * expires.
   */
  networkSuspects: () => `{${prefix}:network}:suspects`,
})

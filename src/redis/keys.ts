/**
 * Builds every Redis key name of newsdesk; nothing else does. Each key's comment gives its type, what it holds, who
 * writes it, who reads it, and what bounds it. Keys that change together share a hash tag, so that scripts also work on
 * Redis Cluster.
 *
 * The published keys (list, article, story, sections, updates, events) are the Redis contract: docs/redis-contract.md.
 */

/** @param prefix for instance `newsdesk` */
export const keysFor = (prefix: string) => {
  // `{newsdesk:events}` hashes to the slot of `newsdesk:events` itself: the stream and what is counted from it change
  // together.
  const events = `{${prefix}:events}`
  // Only four slots, so that the links of a whole batch are written in four script calls at most.
  const relatedBackLinksSlot = (id: string): number => id.charCodeAt(id.length - 1) % 4
  return {
    prefix,

    // Published: the contract
    /** LIST of JSON entries. Written by publish, read by services. Bounded by `lists.*.size`. */
    list: (name: string) => `${prefix}:list:${name}`,
    /** HASH version, generatedAt, count, ... of a list. Written with the list, read by services and the admin UI. */
    listMeta: (name: string) => `{${prefix}:list:${name}}:meta`,
    /**
     * LIST, the next content of a list until it replaces the list in the same round trip. Expires after a minute if its
     * writer died.
     */
    listStaged: (name: string, writer: string) => `{${prefix}:list:${name}}:staged:${writer}`,
    /**
     * HASH, the article and its counts. Written by ingest and by the event counter; expires after `articles.retention`.
     */
    article: (id: string) => `${prefix}:article:${id}`,
    /** HASH lead, articles, sources, firstSeenAt, lastSeenAt. Written by ingest; expires after `articles.retention`. */
    story: (id: string) => `${prefix}:story:${id}`,
    /**
     * HASH article id -> JSON of what a story needs of each of its articles. In the slot of the story; expires with it.
     */
    storyMembers: (id: string) => `{${prefix}:story:${id}}:members`,
    /** STRING JSON, the taxonomy with labels. Written at start and on reload. */
    sections: () => `${prefix}:sections`,
    /** STREAM list, version, at: one entry whenever a published list changed. Capped at about 10,000 entries. */
    updates: () => `${prefix}:updates`,
    /**
     * STREAM written by services: kind, article, visitor, ua, at. Trimmed by the counter once its consumer group has
     * read it.
     */
    events: () => `${prefix}:events`,

    // Sources
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
     * HASH body id -> JSON reason, time and origin of an unreadable body. Written by crawl; three a source, expires
     * after a week.
     */
    quarantine: (id: string) => `{${prefix}:source:${id}}:quarantine`,
    /**
     * LIST, the last 30 fetches of a source, packed, newest first. Written by crawl and push, read by `sources
     * explain`.
     */
    history: (id: string) => `{${prefix}:source:${id}}:history`,
    /** HASH source id -> JSON of a source added with the command line, over config/sources.yaml. One field a source. */
    addedSources: () => `{${prefix}:sources}:added`,
    /** HASH source id -> JSON: paused or removed with the command line. One field a source. */
    sourceOverrides: () => `{${prefix}:sources}:overrides`,
    /** STRING counter, raised with every change of the two above; every daemon reads it each second. */
    catalogueVersion: () => `{${prefix}:sources}:version`,
    /** STRING, an unreadable body, gzipped. 512 KB at most; expires with its entry in the quarantine. */
    quarantineBody: (id: string, body: string) => `{${prefix}:source:${id}}:quarantine:${body}`,
    /** ZSET source id by the ms of its latest unreadable body. One member a source that has any. */
    quarantined: () => `{${prefix}:quarantine}`,
    /**
     * ZSET source id by the ms of its latest refused item. One member a source that has any; expired ones are removed
     * with the next.
     */
    refusing: () => `{${prefix}:quarantine}:refused`,
    /** HASH source id -> bytes of its quarantined bodies. 32 MB in all: beyond that the oldest are dropped. */
    quarantineSizes: () => `{${prefix}:quarantine}:sizes`,
    /**
     * STRING, gzipped JSON of items from a redirect target that is not known to be the publisher's yet. 500 items, 512
     * KB; a week.
     */
    held: (id: string) => `{${prefix}:source:${id}}:held`,
    /**
     * HASH source id -> JSON time, count and bytes of its held items. 16 MB in all: beyond that the oldest are dropped.
     */
    heldSources: () => `{${prefix}:quarantine}:held`,
    /**
     * STRING JSON, beginnings and ends of its latest 40 titles, and the publisher's name learned from them. Written by
     * crawl; 90 days.
     */
    titles: (id: string) => `{${prefix}:source:${id}}:titles`,
    /**
     * LIST of JSON, refused items of a source, with the reason. Written by ingest; the latest 20, expires after a week.
     */
    refused: (id: string) => `{${prefix}:source:${id}}:refused`,
    /**
     * HASH site -> JSON array of the URL parameters that identify its articles; `@<source>` -> sites it taught;
     * `#sites`, `#version`. Written by crawl, read wherever URLs are canonicalised. 5,000 sites.
     */
    urlParameters: () => `${prefix}:url-parameters`,
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

    // Push (WebSub)
    /**
     * HASH source id -> JSON hub and topic that its feed offers. Written by crawl, read by push. One field a source.
     */
    pushOffers: () => `{${prefix}:push}:offers`,
    /** HASH source id -> token of its subscription. One field a source. */
    pushTokens: () => `{${prefix}:push}:tokens`,
    /** HASH, one subscription, by the token in its callback. Written by push only; deleted when it has ended. */
    subscription: (token: string) => `{${prefix}:push}:subscription:${token}`,
    /** ZSET token by the ms of its next step: subscribe, renew, give up. One member a subscription. */
    pushDue: () => `{${prefix}:push}:due`,
    /** STRING count of deliveries to one callback in one minute. Expires after two. */
    pushRate: (token: string, minute: number) => `{${prefix}:push}:rate:${token}:${minute}`,

    // Ingest
    /** STRING article id that another URL's id resolves to. Expires with the article. */
    alias: (id: string) => `${prefix}:alias:${id}`,
    /**
     * STREAM id, title, at, source, section, new: each article added or changed, for the search of the admin UI.
     * Written by ingest; about 150,000.
     */
    articleTitles: () => `{${prefix}:titles}`,
    /** STREAM, the log of ingest decisions (article, story), compare-and-append. Trimmed to the story window. */
    storyLog: () => `{${prefix}:stories}:log`,
    /** STRING, 16 hex digits: the secret key of the word hashes in the log. Written once by the first process. Kept. */
    storyHashKey: () => `{${prefix}:stories}:key`,
    /**
     * SET of articles that an editor blocks everywhere, whose text is withheld from readers. Written by editors, ingest
     * and scheduler.
     */
    withheld: () => `{${prefix}:stories}:withheld`,
    /**
     * ZSET article id by ms of publication: all articles. Written by ingest; expired articles are swept. One member an
     * article.
     */
    articleIndex: () => `${prefix}:index:articles`,
    /**
     * HASH horizon, evicted, startedAt, short: eviction for `articles.memory`. Written by the scheduler, read by ingest
     * and the status. One.
     */
    eviction: () => `{${prefix}:eviction}`,
    /**
     * ZSET article id by ms: removed from all lists and not deleted yet. In the slot of the above; some thousands at
     * most.
     */
    pendingDeletion: () => `{${prefix}:eviction}:pending`,
    /** ZSET story id by ms of publication, overall or of one section. Trimmed to `lists.poolSize`. */
    storyIndex: (section?: string) => (section ? `${prefix}:index:stories:${section}` : `${prefix}:index:stories`),

    // Publishing
    /**
     * ZSET list by the number of its last change: the publish queue. Written by ingest and publish. One member a list.
     */
    listsChanged: () => `{${prefix}:publish}:changed`,
    /** ZSET like `listsChanged`, for lists enqueued by the clock. Written by the scheduler and publish. */
    listsToRefresh: () => `{${prefix}:publish}:refresh`,
    /** HASH list -> ms at which it was last claimed for writing. Written by publish. One field a list. */
    listsClaimed: () => `{${prefix}:publish}:claimed`,
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

    // Sections
    /**
     * ZSET `source article text` by ms first seen: what publishers filed in a section. 240 a section, expiring after 90
     * days.
     */
    learned: (section: string) => `${prefix}:learned:${section}`,

    // Events
    /** HASH article id -> count of all accepted events of a kind; `seconds`: of reading. Expired articles are swept. */
    eventTotals: (kind: string) => `${events}:total:${kind}`,
    /** ZSET article id by its count in a rolling window, or by decayed log weight for `now`. */
    eventWindow: (kind: string, window: string) => `${events}:window:${kind}:${window}`,
    /**
     * HASH article id -> count of one bucket of time. Expires a quarter of its window after it left the window; while
     * inside, it outlives a clock that is a year ahead.
     */
    eventBucket: (kind: string, window: string, index: number | string) =>
      `${events}:bucket:${kind}:${window}:${index}`,
    /**
     * Other keys of the counter, in the slot of the stream, all written by its scripts:
     * - `seen:<slot>` HASH article and visitor -> ms; an hour and a dedup window. `burst:<minute>` HASH visitor ->
     *   events; 5 minutes. `crowd:<slot>` HASH article, kind and network -> events; 5 minutes longer than
     *   `events.networkSpan`. `ids:<hour>` SET; 3 hours.
     * - `salt:<day>` STRING, key of a day's hashes; 3 days.
     * - `marks` HASH window -> its first bucket, and the half-life. `index:<kind>:<window>` ZSET of its buckets;
     *   expired ones are swept.
     * - `dirty` HASH article id -> version: counts not copied to the article yet. `version` STRING counter.
     * - `refused` HASH reason -> count. `refused:last` LIST of JSON, the last 50.
     * - `replay` STRING, lease of a replay, during which counting pauses; 20 seconds. `again:...` what the replay
     *   counts, in the same keys as above.
     */
    eventState: (name: string) => `${events}:${name}`,

    // Running daemons
    /** STRING, schema version of all these keys (src/maintenance/migrations). Written by migrations. One. */
    schema: () => `{${prefix}:schema}`,
    /** STRING, lease of the process that migrates. In the slot of the above; expires if its holder died. */
    schemaLock: () => `{${prefix}:schema}:lock`,
    /**
     * STRING token of this data set: if it differs or is missing, Redis came back with other data or empty. Written by
     * the first process, in the slot of the schema.
     */
    origin: () => `{${prefix}:schema}:origin`,
    /** STREAM, the story log while a migration rewrites it, in the slot of the log. Resumed if its writer died. */
    storyLogNext: () => `{${prefix}:stories}:log:next`,
    /** Prefix BullMQ puts before its own keys; hash-tagged as a whole so that its scripts work on a cluster. */
    bull: () => `{${prefix}:bull}`,
    /** STRING, lease on one slot of a node-cron tick, then a mark that it is done. Expires. */
    tick: (key: string) => `${prefix}:tick:${key}`,
    /** HASH of one running daemon: roles, host, pid, heartbeat, the schema it knows. Expires without heartbeats. */
    daemon: (id: string) => `${prefix}:daemon:${id}`,
    /**
     * HASH daemon id, or `*` for all -> JSON level, until, by: a temporary log level in place of `log.level`. Expired
     * ones are swept.
     */
    logLevels: () => `${prefix}:log-levels`,
    /** ZSET daemon id by the ms of its last heartbeat. Written with its hash; those older than an hour are swept. */
    daemons: () => `${prefix}:daemons`,
    /**
     * LIST of packed samples, one a minute, newest first, for the charts of the admin UI. Written by the scheduler;
     * 1,440, a day.
     */
    samples: () => `${prefix}:samples`,
    /**
     * What the admin server stores about users, all written by it and by `newsdesk users` and `tokens`; no secret is
     * stored in clear:
     * - `users` HASH name -> JSON role, password hash. `tokens` HASH id -> JSON name, role, hash. `tokens:used` HASH id
     *   -> ms. One field each.
     * - `setup` STRING, hash of the one-time link's token; a day. `session:<hash>` STRING JSON; expires after
     *   `admin.session`.
     * - `recrawled:<id>` STRING who re-crawled a source; expires after `admin.recrawlGap`. `adding:<token>` STRING
     *   JSON, sources shown and not added yet; a quarter of an hour.
     * - `tries` HASH hash of user and network -> count of log-in attempts and when the next may be; `tries:ends` ZSET
     *   of the same by when they expire. 10,000 of both at most. `devices:<hash of user>`, `networks:<hash of user>`
     *   ZSET, hash of a browser's secret or network -> ms of the last log-in there; 20 of each, 90 days. `refused` HASH
     *   `<kind> <who>` -> JSON, how often and what last; 500, 30 days. `acting` HASH id -> JSON, actions started and
     *   not finished. `visited:<hash>`, `settling:<id>` STRING; a minute. `password` STRING of versions before there
     *   were users.
     */
    admin: (name: string) => `{${prefix}:admin}:${name}`,
    /**
     * STREAM who, what, on, before, after, outcome: every action in the admin UI and of the command line. Trimmed to
     * about 10,000.
     */
    audit: () => `{${prefix}:admin}:audit`,
    /**
     * STREAM of the same fields: who logged in and out. Apart from the audit, which log-ins must not displace; about
     * 10,000.
     */
    auditVisits: () => `{${prefix}:admin}:audit:visits`,
  } as const
}

export type Keys = ReturnType<typeof keysFor>

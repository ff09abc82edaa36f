/**
 * Every Redis key name of newsdesk is built here and nowhere else. Beside each: type, what it holds, who writes, who reads,
 * how it is bounded. Keys that must change together share a hash tag, so that all of this also holds on Redis Cluster.
 *
 * The published keys (list, article, story, sections, updates, events) are the Redis contract: docs/redis-contract.md.
 */

/** Builds key names under one prefix, for instance `newsdesk`. */
export const keysFor = (prefix: string) => {
  // `{newsdesk:events}` hashes to the slot of `newsdesk:events` itself: the stream and what is counted from it change together.
  const events = `{${prefix}:events}`
  // Few, since a batch of two articles is to be noted in few calls too.
  const shownSlot = (id: string): number => id.charCodeAt(id.length - 1) % 4
  return {
    prefix,

    // ---- published: the contract -----------------------------------------------------------------------------------
    /** LIST of JSON entries. Written by publish, read by services. Bounded by `lists.*.size`. */
    list: (name: string) => `${prefix}:list:${name}`,
    /** HASH version, generatedAt, count, ... of a list. Written with the list, read by services and the desk. */
    listMeta: (name: string) => `{${prefix}:list:${name}}:meta`,
    /** LIST, what a list is to become, until it takes its place in the same round trip. In its slot; expires after a minute where its writer died. */
    listStaged: (name: string, writer: string) => `{${prefix}:list:${name}}:staged:${writer}`,
    /** HASH, the article and its counts. Written by ingest and by the event counter; expires after `articles.retention`. */
    article: (id: string) => `${prefix}:article:${id}`,
    /** HASH lead, articles, sources, firstSeenAt, lastSeenAt. Written by ingest; expires after `articles.retention`. */
    story: (id: string) => `${prefix}:story:${id}`,
    /** HASH article id -> JSON of what a story needs of each of its articles. Beside the story, in its slot; expires with it. */
    storyMembers: (id: string) => `{${prefix}:story:${id}}:members`,
    /** STRING JSON, the taxonomy with labels. Written at start and on reload. */
    sections: () => `${prefix}:sections`,
    /** STREAM list, version, at: one entry whenever a published list changed. Capped at about 10,000 entries. */
    updates: () => `${prefix}:updates`,
    /** STREAM written by services: kind, article, visitor, ua, at. Trimmed by the counter behind its consumer group. */
    events: () => `${prefix}:events`,

    // ---- sources -------------------------------------------------------------------------------------------------
    /** ZSET source id by the ms at which it is due. Written by crawl and the scheduler. One member a source. */
    due: () => `${prefix}:sources:due`,
    /** HASH left, at: scheduled fetches that `crawl.budget` allows by now. Written when sources are claimed. Beside the due set, in its slot. */
    allowance: () => `{${prefix}:sources:due}:allowance`,
    /** HASH source id -> what it asks of the budget. Written by crawl where there is a budget, read for the price. One field a source. */
    demand: () => `${prefix}:sources:demand`,
    /** STRING, what a fetch must be worth under the budget, ms. Written by the scheduler each minute, read by crawl. */
    price: () => `${prefix}:sources:price`,
    /** HASH, what we know of a source: validators, outcomes, reasons. One a source; removed with it. */
    source: (id: string) => `{${prefix}:source:${id}}`,
    /** HASH item key (its id's, its link's) -> fingerprint, day last carried, article. Written after ingest. Bounded to a multiple of `crawl.maxItems`. */
    seen: (id: string) => `{${prefix}:source:${id}}:seen`,
    /** STRING, hashes of the items its feed last carried, as written: what need not be parsed again. Written with the validators; bounded by `crawl.maxItems`, expires after 30 days. */
    spans: (id: string) => `{${prefix}:source:${id}}:spans`,
    /** SET of batches of one crawl already ingested; the last one commits the validators. Expires after a day. */
    crawlBatches: (id: string, crawlId: string) => `{${prefix}:source:${id}}:crawl:${crawlId}`,
    /** HASH body id -> JSON why, when and whence of a body that could not be read. Written by crawl; three a source, expires after a week. */
    quarantine: (id: string) => `{${prefix}:source:${id}}:quarantine`,
    /** LIST, the last 30 fetches of a source, packed, newest first. Written by crawl and push, read by `sources explain`. */
    history: (id: string) => `{${prefix}:source:${id}}:history`,
    /** HASH source id -> JSON of a source added with the command line, over config/sources.yaml. One field a source. */
    added: () => `{${prefix}:sources}:added`,
    /** HASH source id -> JSON: paused or removed with the command line. One field a source. */
    overrides: () => `{${prefix}:sources}:overrides`,
    /** STRING counter, raised with every change of the two above; every daemon looks at it each second. */
    catalogueVersion: () => `{${prefix}:sources}:version`,
    /** STRING, such a body, gzipped. 512 KB at most; expires with it. */
    quarantineBody: (id: string, body: string) => `{${prefix}:source:${id}}:quarantine:${body}`,
    /** ZSET source id by the ms of its latest such body. One member a source that has any. */
    quarantined: () => `{${prefix}:quarantine}`,
    /** ZSET source id by the ms at which an item of it was refused last. One member a source that has any; expired ones leave with the next. */
    refusing: () => `{${prefix}:quarantine}:refused`,
    /** HASH source id -> bytes its bodies take. 32 MB in all: then the oldest give way. */
    quarantineSizes: () => `{${prefix}:quarantine}:sizes`,
    /** STRING, gzipped JSON of items that came from where its address leads, until that is known to be its publisher's. 500 items, 512 KB; a week. */
    held: (id: string) => `{${prefix}:source:${id}}:held`,
    /** HASH source id -> JSON when, how many and how large those are. 16 MB in all: then the oldest give way. */
    heldSources: () => `{${prefix}:quarantine}:held`,
    /** STRING JSON, what its latest 40 titles end and begin with, and the publisher's name learnt from them. Written by crawl; expires after 90 days. */
    titles: (id: string) => `{${prefix}:source:${id}}:titles`,
    /** LIST of JSON, items of a source that became no article, with the reason. Written by ingest; the latest 20, expires after a week. */
    refused: (id: string) => `{${prefix}:source:${id}}:refused`,
    /** HASH site -> JSON array of parameters it tells articles apart by; `@<source>` -> sites it taught; `#sites`, `#version`. Written by crawl, read by all who take URLs. 5,000 sites. */
    urlParameters: () => `${prefix}:url-parameters`,
    /** HASH of a registrable domain: when it is free, until when its server wants nobody and why, how long visits take. Expires unused. */
    host: (domain: string) => `{${prefix}:host:${domain}}`,
    /** ZSET token of each visit to a domain by the ms at which it is taken for dead. Bounded by the domain's concurrency. */
    hostHolders: (domain: string) => `{${prefix}:host:${domain}}:holders`,
    /** ZSET source id by the ms of its turn at a domain. One member a waiting source; expires behind the last turn. */
    hostWaiting: (domain: string) => `{${prefix}:host:${domain}}:waiting`,
    /** STRING, gzipped JSON of a host's robots.txt, at most 64 KB. Written and read by crawl where robots.txt is obeyed; expires after a day. */
    robots: (origin: string) => `${prefix}:robots:${origin}`,
    /** HASH mode, since: whether it is our own network that fails. Written by crawl, read by crawl and the scheduler. One. */
    network: () => `{${prefix}:network}`,
    /** ZSET domain by the ms it was asked when it last answered, or last did not. The 20 latest of each; expires. */
    networkHeard: (what: 'reached' | 'unreached') => `{${prefix}:network}:${what}`,
    /** STRING, taken by whoever probes while the network is down. Expires when the next probe may go. */
    networkProbe: () => `{${prefix}:network}:probe`,
    /** ZSET source id by the ms it failed while our network may have been the cause; pardoned when it is back. At most 10,000; expires. */
    networkSuspects: () => `{${prefix}:network}:suspects`,

    // ---- push (WebSub) -------------------------------------------------------------------------------------------
    /** HASH source id -> JSON hub and topic its feed offers. Written by crawl, read by the push room. One field a source. */
    pushOffers: () => `{${prefix}:push}:offers`,
    /** HASH source id -> token of its subscription. One field a source. */
    pushTokens: () => `{${prefix}:push}:tokens`,
    /** HASH, one subscription, by the token in its callback. Written by the push room alone; deleted when it has ended. */
    subscription: (token: string) => `{${prefix}:push}:subscription:${token}`,
    /** ZSET token by the ms at which something is to be done for it: ask, renew, give up. One member a subscription. */
    pushDue: () => `{${prefix}:push}:due`,
    /** STRING count of deliveries to one callback in one minute. Expires after two. */
    pushRate: (token: string, minute: number) => `{${prefix}:push}:rate:${token}:${minute}`,

    // ---- ingest --------------------------------------------------------------------------------------------------
    /** STRING article id another URL's id resolves to. Expires with the article. */
    alias: (id: string) => `${prefix}:alias:${id}`,
    /** STREAM id, title, at, source, section, new: each article that came or changed, for the search of the desk. Written by ingest; about 150,000. */
    articleTitles: () => `{${prefix}:titles}`,
    /** STREAM, the log of ingest decisions (article, story), compare-and-append. Trimmed to the story window. */
    storyLog: () => `{${prefix}:stories}:log`,
    /** STRING, 16 hex digits: the secret by which the log's words are hashed. Written once, by whoever is first. Kept. */
    storyHashKey: () => `{${prefix}:stories}:key`,
    /** SET of articles whose text is withheld from readers, since an editor keeps them off everything. Written by editors, ingest and scheduler; one member a block's article. */
    withheld: () => `{${prefix}:stories}:withheld`,
    /** ZSET article id by ms of publication: what there is, oldest first. Written by ingest, swept of those that are gone. One member an article. */
    articleIndex: () => `${prefix}:index:articles`,
    /** HASH horizon, dropped, begun, short: how memory is kept within `articles.memory`. Written by the scheduler, read by ingest and the status. One. */
    room: () => `{${prefix}:room}`,
    /** ZSET article id by ms: those on their way out, in no list any more and not deleted yet. Beside the above, in its slot; some thousands at most. */
    leaving: () => `{${prefix}:room}:leaving`,
    /** ZSET story id by ms of publication, overall or of one section. Trimmed to `articles.candidates`. */
    storyIndex: (section?: string) => (section ? `${prefix}:index:stories:${section}` : `${prefix}:index:stories`),

    // ---- publishing ----------------------------------------------------------------------------------------------
    /** ZSET list by the number of its last change, waiting to be written. Written by ingest and publish. One member a list. */
    listsChanged: () => `{${prefix}:publish}:changed`,
    /** ZSET likewise, of lists the clock asks for. Written by the scheduler and publish. */
    listsToRefresh: () => `{${prefix}:publish}:refresh`,
    /** HASH list -> ms at which it was last claimed for writing. Written by publish. One field a list. */
    listsClaimed: () => `{${prefix}:publish}:claimed`,
    /** STRING counter that numbers the above. */
    listsAsked: () => `{${prefix}:publish}:asked`,
    /** STREAM articles, stories: what changed in the archive, for those who keep it in memory. Written by ingest, counter and editors. About 2,000. */
    changes: () => `{${prefix}:changes}`,
    /** HASH what an editor pinned or blocked, and where -> JSON who, when, why and until when. Written by editors, read by publish; expired ones are swept. */
    placements: () => `{${prefix}:editors}:placements`,
    /** STREAM, every pin and block and its end: who, when, why. Written by editors. About 5,000. */
    editorsLog: () => `{${prefix}:editors}:log`,
    /** HASH `section:hour of the day` -> reads an article of it usually gets in that hour. Written hourly by publish. 24 fields a section. */
    usual: () => `{${prefix}:usual}`,
    /** STRING, taken by who learns what was usual in an hour. Expires after two. */
    usualLearnt: (hour: number) => `{${prefix}:usual}:${hour}`,
    /** ZSET hash of a visitor of an article by ms of the latest read, the 50 latest. Written by the counter, read by publish; expires 8 days after the last. */
    visitors: (id: string) => `${prefix}:visited-by:${id}`,
    /** LIST of articles one chosen reader read, by the hash of the reader. Written by the counter; the latest 20, expires after six hours. */
    readBy: (visitor: string) => `${prefix}:read-by:${visitor}`,
    /** ZSET article id by readers it has in common with this one; "" its own. Written by the counter; 100, expires after a week unread. */
    readBeside: (id: string) => `${prefix}:read-beside:${id}`,
    /** ZSET article id by ms: in whose related lists an article is shown. Written by publish; the latest 200, expires with the article. */
    shownBy: (id: string) => `{${prefix}:shown-by:${shownSlot(id)}}:${id}`,
    /** What the names of those that share a slot share, one of four: a batch is noted in a call for each. */
    shownSlot,

    // ---- sections ------------------------------------------------------------------------------------------------
    /** ZSET `source article text` by ms first seen: what publishers filed in a section. 240 a section, expiring after 90 days. */
    learned: (section: string) => `${prefix}:learned:${section}`,

    // ---- events --------------------------------------------------------------------------------------------------
    /** HASH article id -> count of all accepted events of a kind; `seconds`: of reading. Swept of articles that are gone. */
    eventTotals: (kind: string) => `${events}:total:${kind}`,
    /** ZSET article id by its count in a rolling window, or by decayed log weight for `now`. */
    eventWindow: (kind: string, window: string) => `${events}:window:${kind}:${window}`,
    /** HASH article id -> count of one bucket of time. Expires a quarter of its window after it has left it; in it, it outlives a clock a year ahead. */
    eventBucket: (kind: string, window: string, index: number | string) =>
      `${events}:bucket:${kind}:${window}:${index}`,
    /**
     * What else the counter keeps beside the stream, all written by its scripts:
     * - `seen:<slot>` HASH article and visitor -> ms; an hour and a span. `burst:<minute>` HASH visitor -> events; 5 minutes.
     *   `crowd:<slot>` HASH article, kind and network -> events; 5 minutes longer than `events.networkSpan`. `ids:<hour>` SET; 3 hours.
     * - `salt:<day>` STRING, key of a day's hashes; 3 days.
     * - `marks` HASH window -> its first bucket, and the half-life. `index:<kind>:<window>` ZSET of its buckets; swept of those that expired.
     * - `dirty` HASH article id -> version, what is to be told to its hash. `version` STRING counter.
     * - `refused` HASH reason -> count. `refused:last` LIST of JSON, the last 50.
     * - `replay` STRING, token of a replay that has counting pause; 20 seconds. `again:...` what it counts, in the shape of all this; until it ends.
     */
    eventState: (name: string) => `${events}:${name}`,

    // ---- running the worker --------------------------------------------------------------------------------------
    /** STRING, version of the shapes of all this (src/migrations). Written by whoever carries them over from an older one. One. */
    schema: () => `{${prefix}:schema}`,
    /** STRING token, taken by who carries shapes over. Beside the above, in its slot; expires where its holder died. */
    schemaLock: () => `{${prefix}:schema}:lock`,
    /** STRING token of this body of data: another, or none, tells running processes that Redis came back empty. Written by whoever is first. Beside the schema, in its slot. */
    origin: () => `{${prefix}:schema}:origin`,
    /** STREAM, the log of stories as it is being written anew, until it takes the log's place. In the log's slot; taken up again where its writer died. */
    storyLogNext: () => `{${prefix}:stories}:log:next`,
    /** Prefix BullMQ puts before its own keys; hash-tagged as a whole so that its scripts work on a cluster. */
    bull: () => `{${prefix}:bull}`,
    /** STRING, one slot of a node-cron tick, taken by the replica that runs it. Expires after the lease. */
    tick: (key: string) => `${prefix}:tick:${key}`,
    /** HASH of one running daemon: roles, host, pid, beat, the schema it knows. Expires when it stops beating. */
    daemon: (id: string) => `${prefix}:daemon:${id}`,
    /** HASH daemon id, or `*` for all -> JSON level, until, by: what is logged for a while in place of `log.level`. Ended ones are swept. */
    logLevels: () => `${prefix}:log-levels`,
    /** ZSET daemon id by the ms of its last beat. Written with its hash; those of an hour ago are swept. */
    daemons: () => `${prefix}:daemons`,
    /** LIST of packed figures, one a minute, newest first: what the desk's plots show. Written by the scheduler; 1,440, a day. */
    samples: () => `${prefix}:samples`,
    /**
     * What the admin server keeps of who may, all written by it and by `newsdesk users` and `tokens`; nothing that would let anyone in is in clear:
     * - `users` HASH name -> JSON role, password hash. `tokens` HASH id -> JSON name, role, hash. `tokens:used` HASH id -> ms. One field each.
     * - `setup` STRING, hash of the one-time link's token; a day. `session:<hash>` STRING JSON; expires after `admin.session`.
     * - `recrawled:<id>` STRING who asked for a source to be crawled; expires after `admin.recrawlGap`. `adding:<token>` STRING JSON, sources shown and
     *   not added yet; a quarter of an hour.
     * - `tries` HASH hash of whose and from where -> count of tries at logging in and when the next may be; `tries:ends` ZSET of the same by when they
     *   are forgotten. 10,000 of both at most. `devices:<hash of user>`, `networks:<hash of user>` ZSET, hash of a browser's secret or network -> ms of
     *   the last log-in there; 20 of each, 90 days. `refused` HASH `<kind> <who>` -> JSON, how often and what last; 500, 30 days. `acting` HASH id -> JSON, actions
     *   begun and not ended. `visited:<hash>`, `settling:<id>` STRING; a minute. `password` STRING of versions before there were users.
     */
    admin: (name: string) => `{${prefix}:admin}:${name}`,
    /** STREAM who, what, on, before, after, outcome: every action in the desk and of the command line. Trimmed to about 10,000. */
    audit: () => `{${prefix}:admin}:audit`,
    /** STREAM of the same fields: who logged in and out. Apart from the audit, so that nobody can push actions out of it by logging in; about 10,000. */
    auditVisits: () => `{${prefix}:admin}:audit:visits`,
  } as const
}

export type Keys = ReturnType<typeof keysFor>

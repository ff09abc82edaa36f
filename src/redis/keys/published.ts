/** Keys of the Redis contract, which services read or write (docs/redis-contract.md). */

export const contractKeys = (prefix: string) => ({
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
   * HASH, the article with its pictures and counts. Written by ingest and by the event counter; expires after `articles.retention`.
   */
  article: (id: string) => `${prefix}:article:${id}`,
  /**
   * STRING, JSON in zlib format: the text of an article (src/domain/packed-content.ts). Written by ingest, read by
   * services; in the slot of the article, expires with it. Bounded by `articles.contentSize`.
   */
  articleContent: (id: string) => `{${prefix}:article:${id}}:content`,
  /**
   * HASH lead, articles, sources, newsAt, firstSeenAt, lastSeenAt. Written by ingest; expires after
   * `articles.retention`.
   */
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
})

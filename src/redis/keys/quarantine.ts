/** Keys of what could not be ingested: unreadable bodies, refused items, and items held from untrusted domains. */

export const quarantineKeys = (prefix: string) => ({
  /**
   * HASH body id -> JSON reason, time and origin of an unreadable body. Written by crawl; three a source, expires
   * after a week.
   */
  quarantine: (id: string) => `{${prefix}:source:${id}}:quarantine`,
  /** STRING, an unreadable body, gzipped. 512 KB at most; expires with its entry in the quarantine. */
  quarantineBody: (id: string, body: string) => `{${prefix}:source:${id}}:quarantine:${body}`,
  /** ZSET source id by the ms of its latest unreadable body. One member a source that has any. */
  quarantined: () => `{${prefix}:quarantine}`,
  /** HASH source id -> bytes of its quarantined bodies. 32 MB in all: beyond that the oldest are dropped. */
  quarantineSizes: () => `{${prefix}:quarantine}:sizes`,
  /**
   * LIST of JSON, refused items of a source, with the reason. Written by ingest; the latest 20, expires after a week.
   */
  refused: (id: string) => `{${prefix}:source:${id}}:refused`,
  /**
   * ZSET source id by the ms of its latest refused item. One member a source that has any; expired ones are removed
   * with the next.
   */
  refusing: () => `{${prefix}:quarantine}:refused`,
  /**
   * STRING, gzipped JSON of items from a redirect target that is not known to be the publisher's yet. 500 items, 512
   * KB; a week.
   */
  held: (id: string) => `{${prefix}:source:${id}}:held`,
  /**
   * HASH source id -> JSON time, count and bytes of its held items. 16 MB in all: beyond that the oldest are dropped.
   */
  heldSources: () => `{${prefix}:quarantine}:held`,
})

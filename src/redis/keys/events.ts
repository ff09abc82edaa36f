/** Keys of the counter, all in the slot of the stream of events. */

export const eventKeys = (prefix: string) => {
  // `{newsdesk:events}` hashes to the slot of `newsdesk:events` itself: the stream and what is counted from it change
  // together.
  const events = `{${prefix}:events}`
  return {
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
     * - `as-of:<kind>` HASH article id -> ms as of which the site's own counter set its total; swept with the totals.
     * - `salt:<day>` STRING, key of a day's hashes; 3 days.
     * - `marks` HASH window -> its first bucket, and the half-life. `index:<kind>:<window>` ZSET of its buckets;
     *   expired ones are swept.
     * - `dirty` HASH article id -> version: counts not copied to the article yet. `version` STRING counter.
     * - `refused` HASH reason -> count. `refused:last` LIST of JSON, the last 50.
     * - `replay` STRING, lease of a replay, during which counting pauses; 20 seconds. `again:...` what the replay
     *   counts, in the same keys as above.
     */
    eventState: (name: string) => `${events}:${name}`,
  }
}

/**
 * The fields of an event as services report it. The schema, the counter, `POST /v1/events` and newsdesk/client all use
 * this list, so that none of them omits a field. Meaning of each: docs/redis-contract.md. No dependencies: the client
 * bundles this file.
 */

export const EVENT_FIELDS = ['kind', 'article', 'visitor', 'network', 'ua', 'at', 'seconds', 'id', 'count'] as const
export type EventField = (typeof EVENT_FIELDS)[number]

/** Fields of an event as `XADD` takes them: name, value, ...; missing ones are omitted. */
export const streamFields = (
  event: Readonly<{ [Field in EventField]?: string | number | Date | undefined }>,
): string[] =>
  EVENT_FIELDS.flatMap(name => {
    const value = event[name]
    if (value === undefined) return []
    return [name, value instanceof Date ? value.toISOString() : String(value)]
  })

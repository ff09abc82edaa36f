/**
 * The fields of an event as services report it: the one list that the schema, the counter, `POST /v1/events` and
 * newsdesk/client are made of, so that none of them leaves one out. What each means: docs/redis-contract.md. No
 * dependency: the client brings it along.
 */

export const EVENT_FIELDS = ['kind', 'article', 'visitor', 'network', 'ua', 'at', 'seconds', 'id'] as const
export type EventField = (typeof EVENT_FIELDS)[number]

/** Fields of an event as `XADD` takes them: name, value, ...; those that are missing are left out. */
export const streamFields = (
  event: Readonly<{ [Field in EventField]?: string | number | Date | undefined }>,
): string[] =>
  EVENT_FIELDS.flatMap(name => {
    const value = event[name]
    if (value === undefined) return []
    return [name, value instanceof Date ? value.toISOString() : String(value)]
  })

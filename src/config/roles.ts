/** What a process of newsdesk may do. Apart from the schema, so that the command line names them without loading it. */

export const ROLES = ['scheduler', 'crawl', 'articles', 'publish', 'events', 'http', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Small feeds for tests, and for what is made for them by hand. (pure) */

export interface FeedItemSketch {
  readonly title: string
  readonly path?: string
  /** Its link unless given; null for none. */
  readonly guid?: string | null
  readonly category?: string
  /** Now unless given; null for an item without a date. */
  readonly published?: Date | null
  readonly text?: string
}

/** A small RSS document. */
export const rss = (items: readonly FeedItemSketch[], base = 'https://courier.example'): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>Courier</title><link>${base}/</link>${items
    .map(
      ({
        title,
        path = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
        guid,
        category,
        published = new Date(),
        text = '',
      }) => {
        const link = `${base}/${path}`
        const id = guid === null ? '' : `<guid isPermaLink="false">${guid ?? link}</guid>`
        const date = published === null ? '' : `<pubDate>${published.toUTCString()}</pubDate>`
        return `<item><title>${title}</title><link>${link}</link>${id}${date}${category ? `<category>${category}</category>` : ''}<description>${text}</description></item>`
      },
    )
    .join('')}</channel></rss>`

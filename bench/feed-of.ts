/** An RSS document of about so many bytes, always the same. */
export const feedOf = (bytes: number): string => {
  const items: string[] = []
  for (let n = 0, size = 0; size < bytes - 300; n += 1) {
    const link = `https://courier.example/story-${n}`
    const item = `<item><title>Ferry treaty, part ${n}</title><link>${link}</link><guid>${link}</guid><pubDate>Mon, 04 May 2026 12:00:00 GMT</pubDate><description>${'The strait is calm tonight. '.repeat(40)}</description></item>`
    items.push(item)
    size += item.length
  }
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Courier</title><link>https://courier.example/</link>${items.join('')}</channel></rss>`
}

/** What is replaced of rss-parser's inside (rss-parser.ts). */
declare module 'rss-parser/lib/utils.js' {
  const utils: { getSnippet: (text: string) => string }
  export default utils
}

/** Types of the internal module of rss-parser in which rss-parser.ts replaces a function. */
declare module 'rss-parser/lib/utils.js' {
  const utils: { getSnippet: (text: string) => string }
  export default utils
}

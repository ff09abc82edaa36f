/** Keys of stored articles and their stories, besides the published hashes. */

export const articleKeys = (prefix: string) => ({
  /** STRING article id that another URL's id resolves to. Expires with the article. */
  alias: (id: string) => `${prefix}:alias:${id}`,
  /**
   * STREAM id, title, at, source, section, new: each article added or changed, for the search of the admin UI.
   * Written by ingest; about 150,000.
   */
  articleTitles: () => `{${prefix}:titles}`,
  /** STRING, the text of an article while an editor blocks it, in the slot of the article; expires with it. */
  articleContentWithheld: (id: string) => `{${prefix}:article:${id}}:content:withheld`,
  /** STREAM, the log of ingest decisions (article, story), compare-and-append. Trimmed to the story window. */
  storyLog: () => `{${prefix}:stories}:log`,
  /** STREAM, the story log while a migration rewrites it, in the slot of the log. Resumed if its writer died. */
  storyLogNext: () => `{${prefix}:stories}:log:next`,
  /** STRING, 16 hex digits: the secret key of the word hashes in the log. Written once by the first process. Kept. */
  storyHashKey: () => `{${prefix}:stories}:key`,
  /**
   * SET of articles that an editor blocks everywhere, whose text is withheld from readers. Written by editors, ingest
   * and scheduler.
   */
  withheld: () => `{${prefix}:stories}:withheld`,
  /**
   * ZSET article id by ms of publication: all articles. Written by ingest; expired articles are swept. One member an
   * article.
   */
  articleIndex: () => `${prefix}:index:articles`,
  /**
   * HASH horizon, evicted, startedAt, short: eviction for `articles.memory`. Written by the scheduler, read by ingest
   * and the status. One.
   */
  eviction: () => `{${prefix}:eviction}`,
  /**
   * ZSET article id by ms: removed from all lists and not deleted yet. In the slot of the above; some thousands at
   * most.
   */
  pendingDeletion: () => `{${prefix}:eviction}:pending`,
  /**
   * HASH section -> JSON of the largest of its latest stories (src/use-cases/story-shares.ts). Written by the scheduler,
   * read for metrics and status. A field a section.
   */
  storyShares: () => `{${prefix}:stories}:shares`,
  /**
   * ZSET story id by ms of when it was last news, overall or of one section; with a breadth, only stories of at least
   * so many sources (src/articles/breadths.ts). Written with stories, read to rank lists. Trimmed to `lists.poolSize`.
   */
  storyIndex: (section?: string, breadth = 1) =>
    [`${prefix}:index:stories`, ...(breadth > 1 ? [`broad:${breadth}`] : []), ...(section ? [section] : [])].join(':'),
  /**
   * ZSET `source article text` by ms first seen: what publishers filed in a section. 240 a section, expiring after 90
   * days.
   */
  learned: (section: string) => `${prefix}:learned:${section}`,
  /** SET of languages below. Written by ingest; 16. */
  learnedLanguages: () => `${prefix}:learned-languages`,
  /**
   * ZSET `section source article text` by ms first seen: what publishers filed in a language that the model does not
   * know. 900 a language, expiring after 90 days.
   */
  learnedLanguage: (language: string) => `${prefix}:learned-languages:${language}`,
})

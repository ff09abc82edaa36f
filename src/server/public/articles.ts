/**
 * `GET /v1/articles/<id>`: an article for readers without Redis, with its text on request, the same as `article()` of
 * newsdesk/client returns. Reads the hash and the text of that article only.
 */

import { Router } from 'express'
import type { Redis } from 'ioredis'
import { type PublishedArticle, parseArticle } from '../../domain/published-article.ts'
import type { Keys } from '../../redis/keys.ts'
import { sendJson } from './cached-answer.ts'
import { parseArticleId, parseSwitch } from './query.ts'

export interface ArticlesRouteParts {
  readonly redis: Redis
  readonly keys: Keys
}

/** In one round trip. @returns null if the article is unknown, blocked, or has expired */
export const readArticle = async (
  { redis, keys }: ArticlesRouteParts,
  id: string,
  withContent: boolean,
): Promise<PublishedArticle | null> => {
  const [hash, packed] = await Promise.all([
    redis.hgetall(keys.article(id)),
    withContent ? redis.getBuffer(keys.articleContent(id)) : undefined,
  ])
  return parseArticle(hash, packed)
}

export const articlesRoute = ({ redis, keys }: ArticlesRouteParts): Router => {
  const router = Router()
  router.get('/:id', async (request, response) => {
    const id = parseArticleId(request.params.id)
    const withContent = parseSwitch('content', request.query.content)
    const article = await readArticle({ redis, keys }, id, withContent)
    if (article === null) response.status(404).json({ error: `no article ${JSON.stringify(id)}` })
    else sendJson(request, response, article)
  })
  return router
}

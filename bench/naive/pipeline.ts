/**
 * The pipeline that an able engineer writes in an afternoon with the same packages, to compare ours with: rss-parser
 * fetches and parses, BullMQ has a job per feed and a job per article, SET NX finds what is new, words decide the
 * section, and sorted sets and trimmed lists are what services read. It is idiomatic, and not optimised at all.
 */

import { createHash } from 'node:crypto'
import { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import Parser from 'rss-parser'

const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  politics: ['election', 'minister', 'parliament', 'vote', 'government'],
  business: ['market', 'shares', 'bank', 'profit', 'economy'],
  sports: ['match', 'goal', 'league', 'coach', 'cup'],
  technology: ['software', 'chip', 'phone', 'internet', 'robot'],
  health: ['hospital', 'vaccine', 'doctor', 'disease', 'patients'],
}

const sectionOf = (text: string): string => {
  const words = new Set(text.toLowerCase().split(/\W+/))
  return Object.keys(SECTIONS).find(section => SECTIONS[section]?.some(word => words.has(word))) ?? 'world'
}

interface ArticleJob {
  readonly url: string
  readonly title: string
  readonly summary: string
  readonly publishedAt: number
  readonly source: string
}

const KEPT = { removeOnComplete: 1_000, removeOnFail: 1_000 }
const LISTED = 100

/** @param bull a connection for the queues; `redis` is for the rest */
export const startNaive = ({ redis, bull, prefix }: { redis: Redis; bull: Redis; prefix: string }) => {
  const parser = new Parser()
  const options = { connection: bull, prefix: `${prefix}:bull` }
  const feeds = new Queue<{ id: string; url: string }>('feeds', { ...options, defaultJobOptions: KEPT })
  const articles = new Queue<ArticleJob>('articles', { ...options, defaultJobOptions: KEPT })

  const reading = new Worker<{ id: string; url: string }>(
    'feeds',
    async ({ data: { id, url } }) => {
      const feed = await parser.parseURL(url)
      await articles.addBulk(
        feed.items.map(item => ({
          name: 'article',
          data: {
            url: item.link ?? '',
            title: item.title ?? '',
            summary: item.contentSnippet ?? '',
            publishedAt: Date.parse(item.isoDate ?? '') || Date.now(),
            source: id,
          },
        })),
      )
    },
    { ...options, concurrency: 10 },
  )

  const taking = new Worker<ArticleJob>(
    'articles',
    async ({ data }) => {
      const id = createHash('sha1').update(data.url).digest('hex')
      if ((await redis.set(`${prefix}:seen:${id}`, '1', 'EX', 7 * 86_400, 'NX')) === null) return
      const section = sectionOf(`${data.title} ${data.summary}`)
      await redis.hset(`${prefix}:article:${id}`, { ...data, section })
      await redis.zadd(`${prefix}:latest`, data.publishedAt, id)
      await redis.zadd(`${prefix}:latest:${section}`, data.publishedAt, id)
      const entry = JSON.stringify({ id, ...data, section })
      for (const list of ['latest', `latest:${section}`]) {
        await redis.lpush(`${prefix}:list:${list}`, entry)
        await redis.ltrim(`${prefix}:list:${list}`, 0, LISTED - 1)
      }
    },
    { ...options, concurrency: 20 },
  )

  return {
    queues: [feeds, articles],
    crawl: (all: readonly { id: string; url: string }[]) =>
      feeds.addBulk(all.map(data => ({ name: 'feed', data }))).then(() => undefined),
    close: async () => {
      await Promise.all([reading.close(), taking.close()])
      await Promise.all([feeds.close(), articles.close()])
    },
  }
}

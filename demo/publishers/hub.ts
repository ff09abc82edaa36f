/**
 * A WebSub hub for the newsstand, as the Recommendation describes it: it verifies subscribers, grants leases, delivers
 * whole editions with signatures, retries failed deliveries, and drops subscribers that answer 410. Its state is in
 * memory and lives as long as the newsstand.
 */

import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Document } from './formats.ts'
import { send } from './listen.ts'

export interface Hub {
  /** Serves the hub's URL: subscribe, unsubscribe and publish are POSTed forms. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Fetches a topic and delivers it to all its subscribers. */
  publish(topic: string): void
  /** Number of verified, unexpired subscriptions of a topic, or of all. */
  subscribers(topic?: string): number
  /** A log of events, oldest first, with a maximum length: for tests and for people. */
  readonly log: readonly string[]
  close(): Promise<void>
}

export interface HubWanted {
  readonly url: () => string
  /** The current content of a topic; null for unknown topics. */
  readonly content: (topic: string) => Document | null
  /** Maximum lease, s. */
  readonly lease?: number
  /** Denies every subscription with this reason. */
  readonly denies?: string
  /** Delivers only notices without content, as some hubs do. */
  readonly thin?: boolean
  /** ms between attempts of a delivery. */
  readonly retries?: readonly number[]
}

interface Subscriber {
  readonly callback: string
  readonly topic: string
  readonly secret: string
  /** ms since the epoch. */
  readonly until: number
}

const MAX_FORM = 16_384
const MAX_SECRET = 200
const MAX_LOG = 1_000
const TIMEOUT = 5_000

const readForm = async (request: IncomingMessage): Promise<URLSearchParams | null> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_FORM) return null
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

export const createHub = ({
  url,
  content,
  lease: longest = 10 * 86_400,
  denies,
  thin = false,
  retries = [200, 1_000, 5_000],
}: HubWanted): Hub => {
  const subscribers = new Map<string, Subscriber>()
  const log: string[] = []
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const note = (line: string) => {
    log.push(line)
    if (log.length > MAX_LOG) log.shift()
  }
  /** Runs work after the response, as hubs do, and logs failures. */
  const runInBackground = (work: Promise<void>) => {
    const done = work
      .catch((error: unknown) => note(`failed: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => running.delete(done))
    running.add(done)
  }
  const signal = () => AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT)])

  const verify = async (mode: 'subscribe' | 'unsubscribe', subscriber: Subscriber, seconds: number): Promise<void> => {
    const { callback, topic } = subscriber
    const asked = new URL(callback)
    if (denies !== undefined && mode === 'subscribe') {
      for (const [name, value] of Object.entries({ mode: 'denied', topic, reason: denies }))
        asked.searchParams.set(`hub.${name}`, value)
      await fetch(asked, { signal: signal() })
      return note(`denied ${topic}`)
    }
    const challenge = randomBytes(24).toString('base64url')
    asked.searchParams.set('hub.mode', mode)
    asked.searchParams.set('hub.topic', topic)
    asked.searchParams.set('hub.challenge', challenge)
    if (mode === 'subscribe') asked.searchParams.set('hub.lease_seconds', String(seconds))
    const answer = await fetch(asked, { signal: signal(), redirect: 'error' })
    const echoed = answer.ok && (await answer.text()) === challenge
    if (!echoed) return note(`not verified: ${mode} ${topic}`)
    if (mode === 'subscribe') subscribers.set(`${callback} ${topic}`, subscriber)
    else subscribers.delete(`${callback} ${topic}`)
    note(`verified: ${mode} ${topic}`)
  }

  const deliver = async (subscriber: Subscriber, { body, contentType }: Document): Promise<void> => {
    const { callback, topic, secret } = subscriber
    for (const wait of [0, ...retries]) {
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait).unref())
      if (stopping.signal.aborted) return
      const status = await fetch(callback, {
        method: 'POST',
        signal: signal(),
        redirect: 'error',
        headers: {
          'content-type': contentType,
          link: `<${url()}>; rel="hub", <${topic}>; rel="self"`,
          ...(secret ? { 'x-hub-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` } : {}),
        },
        body: Buffer.from(body),
      }).then(
        answer => answer.status,
        () => 0,
      )
      note(`delivered ${topic}: ${status}`)
      if (status === 410) subscribers.delete(`${callback} ${topic}`)
      if (status === 410 || (status >= 200 && status < 300)) return
    }
  }

  const publish = (topic: string): void => {
    const document = content(topic)
    if (!document) return
    const sent = thin ? { ...document, body: new Uint8Array() } : document
    for (const [key, subscriber] of subscribers) {
      if (subscriber.until < Date.now()) subscribers.delete(key)
      else if (subscriber.topic === topic) runInBackground(deliver(subscriber, sent))
    }
  }

  return {
    log,
    publish,
    subscribers: topic =>
      [...subscribers.values()].filter(
        each => each.until >= Date.now() && (topic === undefined || each.topic === topic),
      ).length,

    async answer(request, response) {
      if (request.method !== 'POST') return send(response, 405, 'text/plain', 'A WebSub hub: POST forms here.')
      const form = await readForm(request)
      const reject = (what: string) => send(response, 400, 'text/plain', what)
      if (form === null) return reject('The form is too large.')
      const mode = form.get('hub.mode')
      const topic = form.get('hub.topic') ?? form.get('hub.url') ?? ''
      if (content(topic) === null) return reject(`${topic || 'Nothing'} is not a topic of this hub.`)
      if (mode === 'publish') {
        publish(topic)
        return send(response, 202, 'text/plain', 'Published.')
      }
      if (mode !== 'subscribe' && mode !== 'unsubscribe') return reject('hub.mode is invalid.')
      const callback = form.get('hub.callback') ?? ''
      const secret = form.get('hub.secret') ?? ''
      if (!/^https?:/.test(callback) || !URL.canParse(callback)) return reject('hub.callback is not a URL.')
      if (Buffer.byteLength(secret) >= MAX_SECRET) return reject('hub.secret is too long.')
      const seconds = Math.min(Math.max(Number(form.get('hub.lease_seconds')) || longest, 1), longest)
      send(response, 202, 'text/plain', 'To be verified.')
      runInBackground(verify(mode, { callback, topic, secret, until: Date.now() + seconds * 1_000 }, seconds))
    },

    async close() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

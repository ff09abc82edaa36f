import { z } from 'zod'
import { ListenHost, Size, sizeFrom } from '../../util/units.ts'
import { AT_START, LIVE } from './restart.ts'

/** What comes at once may be this much. */
const StreamBuffer = Size.refine(bytes => bytes >= 128 * 1_024, { error: 'must be at least 128KB' })

/** The public server: events in, lists out. Apart from the admin server, on an address of its own. YAML key: `http`. */
export const HttpSettings = z
  .strictObject({
    port: z
      .int()
      .min(-1)
      .max(65_535)
      .default(-1)
      .describe(
        'Port of the public server for pages: POST /v1/events, GET /v1/lists and /v1/updates. -1: there is none; 0: any free port.',
      )
      .meta(AT_START),
    host: ListenHost.default('127.0.0.1')
      .describe('Address it listens on. 0.0.0.0 for every interface: better behind a TLS proxy.')
      .meta(AT_START),
    cors: z
      .array(
        z
          .string()
          .regex(
            /^(\*|https?:\/\/[^/\s*]+)$/,
            'must be an origin such as https://news.example, without a path, or * for any',
          ),
      )
      .default([])
      .describe('Origins whose pages may use it from the browser, such as https://news.example; * for any.'),
    proxies: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'Proxies in front of it, whose X-Forwarded-For is believed. With 0 and a proxy, all visitors look like one.',
      )
      .meta(AT_START),
    maxBody: sizeFrom(1_024, '1KB').prefault('256KB').describe('Largest body of a request taken in.'),
    maxEvents: z.int().min(1).max(10_000).default(1_000).describe('Most events in one request.'),
    perMinute: z
      .int()
      .min(1)
      .default(600)
      .describe('Most events a minute from one address; more are answered 429 and not taken.'),
    streams: z
      .int()
      .min(1)
      .max(100_000)
      .default(2_000)
      .describe('Most readers of /v1/updates at a time, of each process; more are answered 503.'),
    streamsPerAddress: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .describe(
        'The same from one address (of IPv6 from one /56); more are answered 429. Raise it where many readers share one, as behind a proxy without http.proxies.',
      ),
    streamBuffer: StreamBuffer.prefault('256KB').describe(
      'Bytes held for a reader of /v1/updates that is behind; then it is let go, and comes back for what it missed.',
    ),
    streamBuffers: StreamBuffer.prefault('64MB').describe(
      'The same for all readers together; then those furthest behind are let go.',
    ),
  })
  .prefault({})
  .meta(LIVE)
export type HttpSettings = z.infer<typeof HttpSettings>

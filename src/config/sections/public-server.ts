import { z } from 'zod'
import { ListenHost, Size, sizeFrom } from '../../util/units.ts'
import { LIVE, ON_RESTART } from './restart.ts'

/** A client that reconnects receives up to this much at once. */
const StreamBuffer = Size.refine(bytes => bytes >= 128 * 1_024, { error: 'must be at least 128KB' })

/** The public server, separate from the admin server: receives events and serves lists. YAML key: `http`. */
export const HttpSettings = z
  .strictObject({
    port: z
      .int()
      .min(-1)
      .max(65_535)
      .default(-1)
      .describe(
        'Port of the public server: POST /v1/events, GET /v1/lists and GET /v1/updates. -1: no public server; 0: any free port.',
      )
      .meta(ON_RESTART),
    host: ListenHost.default('127.0.0.1')
      .describe('Address the public server listens on. 0.0.0.0: every interface, preferably behind a TLS proxy.')
      .meta(ON_RESTART),
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
      .describe(
        'Origins whose pages may call the public server from a browser, such as https://news.example. *: any origin.',
      ),
    proxies: z
      .int()
      .min(0)
      .max(10)
      .default(0)
      .describe(
        'Number of proxies in front of the public server whose X-Forwarded-For is trusted. If it is 0 behind a proxy, all visitors appear as one.',
      )
      .meta(ON_RESTART),
    maxBody: sizeFrom(1_024, '1KB').prefault('256KB').describe('Maximum size of a request body.'),
    maxEvents: z.int().min(1).max(10_000).default(1_000).describe('Maximum number of events in one request.'),
    perMinute: z
      .int()
      .min(1)
      .default(600)
      .describe('Maximum number of events per IP address and minute; requests above it get status 429.'),
    streams: z
      .int()
      .min(1)
      .max(100_000)
      .default(2_000)
      .describe('Maximum number of open /v1/updates streams per process; more get status 503.'),
    streamsPerAddress: z
      .int()
      .min(1)
      .max(100_000)
      .default(100)
      .describe(
        'Maximum number of open streams per IP address (IPv6: per /56); more get status 429. Raise it if many readers share an address, as behind a proxy that http.proxies does not count.',
      ),
    streamBuffer: StreamBuffer.prefault('256KB').describe(
      'Maximum data buffered for a slow reader of /v1/updates. Above it the stream is closed; the reader reconnects and catches up.',
    ),
    streamBuffers: StreamBuffer.prefault('64MB').describe(
      'Maximum data buffered for all slow readers together. Above it the slowest streams are closed.',
    ),
  })
  .prefault({})
  .meta(LIVE)
export type HttpSettings = z.infer<typeof HttpSettings>

import { z } from 'zod'
import { Duration, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** The user agent of a robot that looks like a browser but for its end, as most robots do. */
const A_ROBOT =
  'mozilla/5.0 (linux; android 10; k) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 mobile safari/537.36 (compatible; googlebot/2.1; +http://www.google.com/bot.html)'

/** How reported events are counted. YAML key: `events`. */
export const EventSettings = z
  .strictObject({
    dedupWindow: span('1s')
      .prefault('30m')
      .describe('De-duplication window: within this time a view counts once per article and visitor.'),
    halfLife: span('1s').prefault('1h').describe('Time after which a read counts half as much in the window `now`.'),
    retention: span('1m').prefault('1h').describe('How long counted events stay in the stream.'),
    maxStreamLength: z
      .int()
      .min(1_000)
      .default(2_000_000)
      .describe('Maximum stream length. Above it, counted events are trimmed early and POST /v1/events returns 503.'),
    batch: z
      .int()
      .min(1)
      .max(5_000)
      .default(2_500)
      .describe(
        'Maximum number of events counted in one atomic call. A small batch blocks Redis for a shorter time (15 µs per event); a large batch costs less per event.',
      ),
    perMinute: z
      .int()
      .min(0)
      .default(120)
      .describe('Maximum number of events per visitor and minute; more are refused as a burst. 0: no limit.'),
    perNetwork: z
      .int()
      .min(0)
      .default(50)
      .describe(
        'Maximum number of views (or shares, or comments) of one article that are counted from one network, if known, within `networkSpan`; more are refused as crowded. 0: no limit.',
      ),
    networkSpan: span('1s')
      .prefault('6h')
      .describe(
        'Time window of `perNetwork`. A longer window limits senders more tightly and uses memory for longer (66 MB per million readers of articles).',
      ),
    claimAfter: Duration.prefault('15s').describe(
      'How long a daemon may hold events without counting them before another claims them.',
    ),
    readers: z
      .array(
        z
          .string()
          .trim()
          .min(3)
          .max(200)
          .refine(text => !A_ROBOT.includes(text.toLowerCase()), {
            error:
              'also occurs in user agents of robots such as Googlebot: use a text that only your app sends, such as its name',
          }),
      )
      .max(100)
      .default([])
      .describe(
        'User agents of your own readers that would be taken for robots: a text they contain, such as the name of your app, in upper or lower case.',
      ),
    maxLateness: span('1m')
      .prefault('7d')
      .describe('Maximum lateness: events reported later than this after they happened are refused.'),
  })
  .prefault({})
  .meta(LIVE)
export type EventSettings = z.infer<typeof EventSettings>

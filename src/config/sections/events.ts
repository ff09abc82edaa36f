import { z } from 'zod'
import { Duration, span } from '../../util/units.ts'
import { LIVE } from './restart.ts'

/** Looks like a browser in all but the end, as most robots do. */
const A_ROBOT =
  'mozilla/5.0 (linux; android 10; k) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 mobile safari/537.36 (compatible; googlebot/2.1; +http://www.google.com/bot.html)'

/** How reported reads are counted. YAML key: `events`. */
export const EventSettings = z
  .strictObject({
    span: span('1s').prefault('30m').describe('One view counts per article and visitor within this time.'),
    halfLife: span('1s').prefault('1h').describe('After this time a read weighs half in the window now.'),
    keep: span('1m').prefault('1h').describe('How long counted events stay in the stream.'),
    most: z
      .int()
      .min(1_000)
      .default(2_000_000)
      .describe('Most events in the stream: beyond it those counted go sooner, and the public server takes none in.'),
    batch: z
      .int()
      .min(1)
      .max(5_000)
      .default(2_500)
      .describe(
        'Most events counted in one atomic call: fewer hold Redis for a shorter time each (15 µs an event), more are cheaper each.',
      ),
    perMinute: z
      .int()
      .min(0)
      .default(120)
      .describe('Most events of one visitor in a minute; more are refused as a burst. 0: no bound.'),
    perNetwork: z
      .int()
      .min(0)
      .default(50)
      .describe(
        'Most views (shares, comments) of one article counted from one network within `networkSpan`, where it is known; more are refused as crowded. 0: no bound.',
      ),
    networkSpan: span('1s')
      .prefault('6h')
      .describe(
        'Time within which `perNetwork` counts: longer bounds a sender tighter, and takes memory for longer (66 MB a million readers of articles).',
      ),
    claimAfter: Duration.prefault('15s').describe(
      'How long events may be in the hands of one daemon before another takes them over.',
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
              'stands in the agents of robots such as Googlebot, too: name what only your app has, such as its name',
          }),
      )
      .max(100)
      .default([])
      .describe(
        'User agents that are your own readers although they look like robots: text that stands in them, such as the name of your app; upper and lower case are alike.',
      ),
    latest: span('1m').prefault('7d').describe('Events reported later than this after they happened are refused.'),
  })
  .prefault({})
  .meta(LIVE)
export type EventSettings = z.infer<typeof EventSettings>

import { z } from 'zod'
import { OptionalUrl } from '../../util/units.ts'
import { AT_START } from './restart.ts'

/** Traces across queues, from crawl to list. YAML key: `tracing`. */
export const TracingSettings = z
  .strictObject({
    endpoint: OptionalUrl('http://127.0.0.1:4318')
      .default('')
      .describe(
        'Collector of OpenTelemetry that takes OTLP over HTTP, such as http://127.0.0.1:4318. Empty: no traces, and nothing of them is loaded.',
      ),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('Share of traces that are kept, 0 to 1: a trace is kept as a whole or not at all.'),
  })
  .prefault({})
  .meta(AT_START)
export type TracingSettings = z.infer<typeof TracingSettings>

import { z } from 'zod'
import { OptionalUrl } from '../../util/units.ts'
import { ON_RESTART } from './restart.ts'

/** OpenTelemetry traces across queues, from crawl to list. YAML key: `tracing`. */
export const TracingSettings = z
  .strictObject({
    endpoint: OptionalUrl('http://127.0.0.1:4318')
      .default('')
      .describe(
        'OpenTelemetry collector that accepts OTLP over HTTP, such as http://127.0.0.1:4318. Empty: tracing is off and its libraries are not loaded.',
      ),
    sample: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe('Share of traces to keep, 0 to 1. A trace is kept whole or not at all.'),
  })
  .prefault({})
  .meta(ON_RESTART)
export type TracingSettings = z.infer<typeof TracingSettings>

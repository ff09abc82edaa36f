import { z } from 'zod'
import { ListenHost } from '../../util/units.ts'
import { AT_START } from './restart.ts'

/** Metrics and probes of processes without the admin server, which has them too. YAML key: `metrics`. */
export const MetricsSettings = z
  .strictObject({
    host: ListenHost.default('127.0.0.1').describe('Address on which /metrics, /healthz and /readyz are served.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .nullable()
      .default(null)
      .describe(
        'Port for them, beside the admin server, which serves them too: for processes without the role admin. null for none, 0 for any free one.',
      ),
  })
  .prefault({})
  .meta(AT_START)
export type MetricsSettings = z.infer<typeof MetricsSettings>

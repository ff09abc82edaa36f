import { z } from 'zod'
import { ListenHost } from '../../util/units.ts'
import { ON_RESTART } from './restart.ts'

/** Metrics and probes for processes without the admin server, which serves them too. YAML key: `metrics`. */
export const MetricsSettings = z
  .strictObject({
    host: ListenHost.default('127.0.0.1').describe('Address that serves /metrics, /healthz and /readyz.'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .nullable()
      .default(null)
      .describe(
        'Port for /metrics, /healthz and /readyz in processes without the role admin (the admin server also serves them). null: no such server; 0: any free port.',
      ),
  })
  .prefault({})
  .meta(ON_RESTART)
export type MetricsSettings = z.infer<typeof MetricsSettings>

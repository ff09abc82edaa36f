import { z } from 'zod'
import { Duration } from '../settings/units.ts'

/** The admin server: desk, queue dashboard, health. YAML key: `admin`. */
export const AdminSettings = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address it listens on. 0.0.0.0 for every interface: only behind a firewall or a TLS proxy.'),
    port: z.int().min(0).max(65_535).default(3220).describe('Port it listens on; 0 for any free one.'),
    password: z
      .string()
      .default('')
      .describe(
        'Password of the user admin, for containers (better: NEWSDESK_ADMIN_PASSWORD). Empty: the first start prints a one-time set-up link.',
      ),
    session: Duration.prefault('12h').describe('How long one stays logged in.'),
    secureCookies: z
      .boolean()
      .default(false)
      .describe('true where the server is reached through TLS: cookies are then never sent without it.'),
  })
  .prefault({})
export type AdminSettings = z.infer<typeof AdminSettings>

import { isIP } from 'node:net'
import { z } from 'zod'
import { MIN_PASSWORD_LENGTH, passwordTrouble } from '../../domain/actor.ts'
import { Duration, ListenHost, span } from '../../util/units.ts'
import { LIVE, ON_RESTART } from './restart.ts'

/** An IP address or a CIDR range. */
const Range = z.string().refine(
  range => {
    const [address = '', bits, ...rest] = range.split('/')
    const family = isIP(address)
    return (
      family !== 0 &&
      rest.length === 0 &&
      (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
    )
  },
  { error: 'must be an IP address or CIDR range, such as 10.1.0.0/16' },
)
const HostName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/, {
  error: 'must be a host name without scheme, port or path, such as desk.example.org',
})
const Header = z
  .string()
  .regex(/^[A-Za-z0-9-]*$/, 'must be a header name, such as X-Forwarded-User')
  .default('')

/** The admin server: admin UI, queue dashboard, probes. YAML key: `admin`. */
export const AdminSettings = z
  .strictObject({
    host: ListenHost.default('127.0.0.1').describe(
      'Address the admin server listens on. 0.0.0.0: every interface; use it only behind a firewall or a TLS proxy.',
    ),
    port: z.int().min(0).max(65_535).default(3220).describe('Port the admin server listens on. 0: any free port.'),
    password: z
      .string()
      .refine(password => password === '' || passwordTrouble(password) === undefined, {
        error: `is too short: a password needs at least ${MIN_PASSWORD_LENGTH} characters; leave it empty to get a set-up link`,
      })
      .default('')
      .describe(
        `Password of the user admin, at least ${MIN_PASSWORD_LENGTH} characters, set at every start; meant for containers, preferably as NEWSDESK_ADMIN_PASSWORD. Empty: the first start prints a one-time set-up link.`,
      ),
    hosts: z
      .array(HostName)
      .default([])
      .describe(
        "Host names of the admin server in addition to localhost, IP addresses and the machine's own name: [desk.example.org]. Requests with any other Host header are refused.",
      ),
    session: span('1m').prefault('12h').describe('How long a login lasts.').meta(LIVE),
    recrawlGap: Duration.prefault('30s')
      .describe(
        'Minimum time between two re-crawls of one source, out of courtesy to publishers: from the command line, the admin UI, its API and the queue dashboard.',
      )
      .meta(LIVE),
    streams: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe(
        'Maximum number of open pages that update live; further pages get status 503 for their updates and stay static.',
      ),
    streamsPerAddress: z
      .int()
      .min(1)
      .max(100_000)
      .default(50)
      .describe(
        'Maximum number of live pages per IP address (IPv6: per /56). List your proxy in admin.proxies, or all users share its address.',
      ),
    secureCookies: z
      .boolean()
      .default(false)
      .describe('true if users reach the admin server through TLS: browsers then never send its cookies without TLS.'),
    proxies: z
      .array(Range)
      .default([])
      .describe(
        'Addresses of the proxies in front of the admin server, as IP or CIDR: ["127.0.0.1", "10.1.0.0/16"]. Only from these are X-Forwarded-For, X-Forwarded-Proto and login headers trusted.',
      ),
    userHeader: Header.describe(
      'Header in which a trusted proxy names the user it authenticated, such as X-Forwarded-User. Empty: no login by header.',
    ),
    groupsHeader: Header.describe(
      'Header in which a trusted proxy lists the groups of the user, separated by commas, such as X-Forwarded-Groups.',
    ),
    adminGroups: z.array(z.string().min(1)).default([]).describe('Groups whose members are admins.'),
    editorGroups: z.array(z.string().min(1)).default([]).describe('Groups whose members are editors.'),
    viewerGroups: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Groups whose members are viewers. Empty: everyone whom the proxy lets through and who is neither an admin nor an editor.',
      ),
  })
  .prefault({})
  .meta(ON_RESTART)
export type AdminSettings = z.infer<typeof AdminSettings>

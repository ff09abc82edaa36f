import { isIP } from 'node:net'
import { z } from 'zod'
import { passwordTrouble, SHORTEST_PASSWORD } from '../../domain/actor.ts'
import { Duration, ListenHost, span } from '../../util/units.ts'
import { AT_START, LIVE } from './restart.ts'

/** An address, or a range of them. */
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
  error: 'must be the name of a host without scheme, port or path, such as desk.example.org',
})
const Header = z
  .string()
  .regex(/^[A-Za-z0-9-]*$/, 'must be the name of a header, such as X-Forwarded-User')
  .default('')

/** The admin server: desk, queue dashboard, health. YAML key: `admin`. */
export const AdminSettings = z
  .strictObject({
    host: ListenHost.default('127.0.0.1').describe(
      'Address it listens on. 0.0.0.0 for every interface: only behind a firewall or a TLS proxy.',
    ),
    port: z.int().min(0).max(65_535).default(3220).describe('Port it listens on; 0 for any free one.'),
    password: z
      .string()
      .refine(password => password === '' || passwordTrouble(password) === undefined, {
        error: `is too short: the password needs ${SHORTEST_PASSWORD} characters or more; leave it empty to get a set-up link`,
      })
      .default('')
      .describe(
        `Password of the user admin, ${SHORTEST_PASSWORD} characters or more, for containers (better: NEWSDESK_ADMIN_PASSWORD), set anew at each start. Empty: the first start prints a one-time set-up link.`,
      ),
    hosts: z
      .array(HostName)
      .default([])
      .describe(
        "Names under which it is reached beside localhost, IP addresses and the machine's own name: [desk.example.org]. A request under any other (Host header) is refused.",
      ),
    session: span('1m').prefault('12h').describe('How long one stays logged in.').meta(LIVE),
    recrawlGap: Duration.prefault('30s')
      .describe(
        'Shortest time between two re-crawls of one source from the desk. Publishers notice whoever clicks often.',
      )
      .meta(LIVE),
    streams: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe(
        'Most pages that are kept up to date while they are open, at a time; more are answered 503 and stay as they are.',
      ),
    streamsPerAddress: z
      .int()
      .min(1)
      .max(100_000)
      .default(50)
      .describe(
        'The same from one address (of IPv6 from one /56). Behind a proxy name it in admin.proxies, or all share one.',
      ),
    secureCookies: z
      .boolean()
      .default(false)
      .describe('true where the server is reached through TLS: cookies are then never sent without it.'),
    proxies: z
      .array(Range)
      .default([])
      .describe(
        'Addresses of proxies in front of it, as IP or CIDR: ["127.0.0.1", "10.1.0.0/16"]. Only theirs X-Forwarded-For and -Proto are believed, and log-in by header.',
      ),
    userHeader: Header.describe(
      'Header in which such a proxy names the user it logged in, such as X-Forwarded-User. Empty: no log-in by header.',
    ),
    groupsHeader: Header.describe('Header with the groups of that user, parted by commas, such as X-Forwarded-Groups.'),
    adminGroups: z.array(z.string().min(1)).default([]).describe('Groups of the proxy whose members are admins.'),
    viewerGroups: z
      .array(z.string().min(1))
      .default([])
      .describe('Groups of the proxy whose members are viewers. Empty: whoever it lets through and is no admin.'),
  })
  .prefault({})
  .meta(AT_START)
export type AdminSettings = z.infer<typeof AdminSettings>

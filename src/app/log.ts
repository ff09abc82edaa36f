/** The log: pino writes JSON lines to stderr or stdout, or readable lines to a terminal. Secrets are removed. */

import { Writable } from 'node:stream'
import { type DestinationStream, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { withoutCredentials } from '../util/redact.ts'
import { forTerminal } from '../util/terminal.ts'
import { userTimeZone } from '../util/time-zone.ts'

/** Fields that may hold a secret are never written. */
const REDACT = [
  'password',
  '*.password',
  'token',
  '*.token',
  'headers.authorization',
  '*.headers.authorization',
  'headers.cookie',
  '*.headers.cookie',
  'visitor',
  '*.visitor',
]

const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: userTimeZone })

export interface LogWanted {
  readonly level: string
  /** 1 for stdout, 2 for stderr. */
  readonly to: 1 | 2
}

export const createLog = ({ level, to }: LogWanted): Logger => {
  const coloured = !process.env.NO_COLOR
  const output = to === 1 ? process.stdout : process.stderr
  const stream: DestinationStream = output.isTTY
    ? pretty({
        // JSON escapes are decoded here, so the text is escaped for the terminal again.
        destination: new Writable({
          decodeStrings: false,
          write: (line: string, _encoding, written) => {
            output.write(forTerminal(line, coloured))
            written()
          },
        }),
        colorize: coloured,
        // In the user's time zone, though the daemon's process uses UTC.
        translateTime: false,
        customPrettifiers: { time: at => `[${timeOfDay.format(new Date(String(at)))}]` },
        ignore: 'pid,hostname',
      })
    : pino.destination({ dest: to, sync: true })
  return pino(
    {
      level,
      redact: { paths: REDACT, censor: '***' },
      base: { pid: process.pid },
      // A Redis error carries the command that failed, with scripts and data: the message is enough.
      serializers: {
        err: ({ name, message, code, stack }: Error & { code?: unknown }) => ({ type: name, message, code, stack }),
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      hooks: {
        logMethod(args, method) {
          const last = args.at(-1)
          // One message is one line, also in a terminal: a line break in a value must not start another.
          if (typeof last === 'string') args[args.length - 1] = withoutCredentials(last).replace(/[\r\n]+\s*/g, ' ')
          method.apply(this, args)
        },
        // Credentials are removed from every URL in a line, nested or not.
        streamWrite: line => forTerminal(withoutCredentials(line), false),
      },
    },
    stream,
  )
}

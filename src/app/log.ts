/** The log: pino, JSON lines on stderr or stdout, for people where it is a terminal; secrets never in it. */

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
        // What JSON had written out is itself again here.
        destination: new Writable({
          decodeStrings: false,
          write: (line: string, _encoding, written) => {
            output.write(forTerminal(line, coloured))
            written()
          },
        }),
        colorize: coloured,
        // By the user's clock, though the daemon's process goes by UTC.
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
      // An error of Redis carries the command that failed, scripts and data with it: what is wrong is enough.
      serializers: {
        err: ({ name, message, code, stack }: Error & { code?: unknown }) => ({ type: name, message, code, stack }),
      },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: {
        logMethod(args, method) {
          const last = args.at(-1)
          // One line is one message, also where it is shown to people: what somebody put into it begins no other.
          if (typeof last === 'string') args[args.length - 1] = withoutCredentials(last).replace(/[\r\n]+\s*/g, ' ')
          method.apply(this, args)
        },
        // Whatever a line holds, nested or not: a URL in it is written without what opens a door.
        streamWrite: line => forTerminal(withoutCredentials(line), false),
      },
    },
    stream,
  )
}

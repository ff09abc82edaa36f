/**
 * Tells systemd that the daemon runs, and from time to time that its event loop does (Type=notify and WatchdogSec of a
 * unit). Node has no datagram sockets on paths, so `systemd-notify` sends the messages.
 */

import { execFile } from 'node:child_process'
import type { Logger } from 'pino'

/**
 * @param env of the process: systemd sets NOTIFY_SOCKET, and WATCHDOG_USEC to the time after which it restarts the
 * service, µs
 * @returns a function that ends the watchdog, as the daemon stops; it does nothing outside systemd
 */
export const notifySystemd = (env: NodeJS.ProcessEnv, log: Logger): (() => void) => {
  if (!env.NOTIFY_SOCKET) return () => undefined
  const send = (...messages: string[]): void => {
    execFile('systemd-notify', [`--pid=${process.pid}`, ...messages], { timeout: 5_000 }, error => {
      if (error) log.warn({ event: 'systemd.not_notified', reason: error.message }, 'systemd could not be notified')
    })
  }
  send('--ready')
  const period = Number(env.WATCHDOG_USEC ?? 0) / 1_000 / 2
  const timer = period > 0 ? setInterval(() => send('WATCHDOG=1'), period).unref() : undefined
  return () => {
    clearInterval(timer)
    send('STOPPING=1')
  }
}

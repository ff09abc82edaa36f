/**
 * The user's time zone, and that of a daemon process: UTC, so that no daylight saving time affects code that uses local
 * time.
 */

const { timeZone } = Intl.DateTimeFormat().resolvedOptions()

/**
 * Time zone of the user who started this process, for printed times. UTC if TZ names an unknown zone, which Node does
 * not distinguish from UTC.
 */
export const userTimeZone: string | undefined = timeZone === 'Etc/Unknown' ? 'UTC' : timeZone

/**
 * Makes UTC the local time of this process. Call before loading the daemon's modules, such as node-cron; commands that
 * only print do not call it.
 */
export const pinToUtc = (): void => {
  process.env.TZ = 'UTC'
}

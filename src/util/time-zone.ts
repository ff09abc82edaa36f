/** The time zone of the user, and that of a process that runs the daemon: UTC, so that no summer time reaches anything that goes by local time. */

const { timeZone } = Intl.DateTimeFormat().resolvedOptions()

/** Of whoever started this process; what is printed for people goes by it. UTC where TZ names none that is known: that is told apart nowhere. */
export const userTimeZone: string | undefined = timeZone === 'Etc/Unknown' ? 'UTC' : timeZone

/** Makes UTC the local time of this process. Called before the daemon's modules are loaded, node-cron among them; commands that only print never do. */
export const pinToUtc = (): void => {
  process.env.TZ = 'UTC'
}

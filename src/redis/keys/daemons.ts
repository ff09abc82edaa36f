/** Keys of running daemons, of the schema, and of the admin UI. */

export const daemonKeys = (prefix: string) => ({
  /** STRING, schema version of all these keys (src/maintenance/migrations). Written by migrations. One. */
  schema: () => `{${prefix}:schema}`,
  /** STRING, lease of the process that migrates. In the slot of the above; expires if its holder died. */
  schemaLock: () => `{${prefix}:schema}:lock`,
  /**
   * STRING token of this data set: if it differs or is missing, Redis came back with other data or empty. Written by
   * the first process, in the slot of the schema.
   */
  dataSet: () => `{${prefix}:schema}:origin`,
  /** Prefix BullMQ puts before its own keys; hash-tagged as a whole so that its scripts work on a cluster. */
  bull: () => `{${prefix}:bull}`,
  /** STRING, lease on one slot of a node-cron tick, then a mark that it is done. Expires. */
  tick: (key: string) => `${prefix}:tick:${key}`,
  /** HASH of one running daemon: roles, host, pid, heartbeat, the schema it knows. Expires without heartbeats. */
  daemon: (id: string) => `${prefix}:daemon:${id}`,
  /** ZSET daemon id by the ms of its last heartbeat. Written with its hash; those older than an hour are swept. */
  daemons: () => `${prefix}:daemons`,
  /**
   * HASH daemon id, or `*` for all -> JSON level, until, by: a temporary log level in place of `log.level`. Expired
   * ones are swept.
   */
  logLevels: () => `${prefix}:log-levels`,
  /**
   * STRING, empty: shows whether Redis accepts writes. Written by daemons every five seconds, by `status`, `doctor` and
   * the overview; expires after a second. One, on a cluster eight a master.
   */
  writeProbe: (name: string) => `${prefix}:write-probe:${name}`,
  /**
   * LIST of packed samples, one a minute, newest first, for the charts of the admin UI. Written by the scheduler;
   * 1,440, a day.
   */
  samples: () => `${prefix}:samples`,
  /**
   * What the admin server stores about users, all written by it and by `newsdesk users` and `tokens`; no secret is
   * stored in clear:
   * - `users` HASH name -> JSON role, password hash. `tokens` HASH id -> JSON name, role, hash. `tokens:used` HASH id
   *   -> ms. One field each.
   * - `setup` STRING, hash of the one-time link's token; a day. `session:<hash>` STRING JSON; expires after
   *   `admin.session`; `sessions:<hash of user>` HASH its hash -> JSON, when and where it began; 50, as long.
   * - `reset:<hash>` STRING JSON, a link that sets a password; a day. `preferences` HASH name -> JSON; one field each.
   * - `flash:<id>`, `undo:<id>` STRING JSON: what an action tells its user once, a minute, and what undoes it, a
   *   quarter of an hour.
   * - `adding:<token>` STRING JSON, sources shown and not added yet; a quarter of an hour.
   * - `tries` HASH hash of user and network -> count of log-in attempts and when the next may be; `tries:ends` ZSET
   *   of the same by when they expire. 10,000 of both at most. `devices:<hash of user>`, `networks:<hash of user>`
   *   ZSET, hash of a browser's secret or network -> ms of the last log-in there; 20 of each, 90 days. `refused` HASH
   *   `<kind> <who>` -> JSON, how often and what last; 500, 30 days. `acting` HASH id -> JSON, actions started and
   *   not finished. `visited:<hash>`, `settling:<id>` STRING; a minute. `password` STRING of versions before there
   *   were users.
   */
  admin: (name: string) => `{${prefix}:admin}:${name}`,
  /**
   * STREAM who, what, on, before, after, outcome: every action in the admin UI and of the command line. Trimmed to
   * about 10,000.
   */
  audit: () => `{${prefix}:admin}:audit`,
  /**
   * STREAM of the same fields: who logged in and out. Apart from the audit, which log-ins must not displace; about
   * 10,000.
   */
  auditVisits: () => `{${prefix}:admin}:audit:visits`,
})

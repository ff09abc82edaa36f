/** Log levels, as pino names them. */

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export type Level = (typeof LEVELS)[number]

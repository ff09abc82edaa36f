/** Password hashes: scrypt with a salt each. They are computed one at a time, since each takes 128 MB. */

import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify(scryptCallback) as (
  password: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

/** OWASP password storage cheat sheet: N = 2^17, r = 8, p = 1. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1_024 * 1_024 }
/**
 * Log-ins that are checked or wait for it; above, log-ins are refused, so that a flood from many addresses is bounded.
 */
const MAX_WAITING = 32

/** Additional slots for browsers that logged in before: a flood of strangers must not keep them out. */
const RESERVED = 8

let slotsTaken = 0

/**
 * Takes a slot for a password check. Call it before awaiting anything, so that simultaneous log-ins are counted.
 * @param isKnown whether a reserved slot may be taken
 * @returns a function that releases the slot; null if all are taken
 */
export const takeSlot = (isKnown: boolean): (() => void) | null => {
  if (slotsTaken >= MAX_WAITING + (isKnown ? RESERVED : 0)) return null
  slotsTaken += 1
  return () => {
    slotsTaken -= 1
  }
}

const known: (() => void)[] = []
const strangers: (() => void)[] = []
let isBusy = false

const next = (): void => {
  if (isBusy) return
  const start = known.shift() ?? strangers.shift()
  if (!start) return
  isBusy = true
  start()
}

/** @param isKnown whether it goes before all waiting checks of strangers */
const derive = async (password: string, salt: Buffer, isKnown: boolean): Promise<Buffer> => {
  await new Promise<void>(resolve => {
    const queue = isKnown ? known : strangers
    queue.push(resolve)
    next()
  })
  try {
    return await scrypt(password, salt, 32, COST)
  } finally {
    isBusy = false
    next()
  }
}

/** @returns salt and hash, separated by a colon */
export const writePassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  return `${salt.toString('base64url')}:${(await derive(password, salt, true)).toString('base64url')}`
}

/**
 * @param stored as written by `writePassword`; without it the hash is computed all the same, so that the time reveals
 * nothing
 * @param isKnown whether it goes before checks of strangers
 */
export const isPassword = async (password: string, stored: string | undefined, isKnown = false): Promise<boolean> => {
  const [salt = '', hash = ''] = (stored ?? '').split(':')
  const given = await derive(password, Buffer.from(salt, 'base64url'), isKnown)
  const wanted = Buffer.from(hash, 'base64url')
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

/** A secret of 256 random bits, shown once. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
export const isSameHash = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

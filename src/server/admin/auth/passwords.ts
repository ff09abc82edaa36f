/** Passwords as they are kept: scrypt with a salt of their own. Work is done one at a time, since each takes 128 MB. */

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
/** Log-ins whose password is looked at or waits to be; a flood of log-ins from many addresses is refused beyond. */
const MOST_WAITING = 32

/** Places kept for who logged in from the same browser before: a flood of strangers must not keep them out. */
const RESERVED = 8

let places = 0

/**
 * A place among those whose password is looked at, taken before anything is waited for, so that log-ins that come together are counted.
 * @param isKnown whether a reserved place may be taken
 * @returns a function that gives it back; null where all are taken
 */
export const takePlace = (isKnown: boolean): (() => void) | null => {
  if (places >= MOST_WAITING + (isKnown ? RESERVED : 0)) return null
  places += 1
  return () => {
    places -= 1
  }
}

const known: (() => void)[] = []
const strangers: (() => void)[] = []
let isBusy = false

const next = (): void => {
  if (isBusy) return
  const begin = known.shift() ?? strangers.shift()
  if (!begin) return
  isBusy = true
  begin()
}

/** @param isKnown whether it goes before all that wait and are not */
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

/** @returns salt and hash, parted by a colon */
export const writePassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  return `${salt.toString('base64url')}:${(await derive(password, salt, true)).toString('base64url')}`
}

/**
 * @param stored as `writePassword` wrote it; without one the work is done all the same, so that time tells nothing
 * @param isKnown whether it goes before those of strangers
 */
export const isPassword = async (password: string, stored: string | undefined, isKnown = false): Promise<boolean> => {
  const [salt = '', hash = ''] = (stored ?? '').split(':')
  const given = await derive(password, Buffer.from(salt, 'base64url'), isKnown)
  const wanted = Buffer.from(hash, 'base64url')
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

/** A secret of 256 random bits that is shown once. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
export const isSameHash = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

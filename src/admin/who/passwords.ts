/** Passwords as they are kept: scrypt with a salt of their own. Work is done one at a time, since each takes 128 MB. */

import { createHash, randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify(scryptCallback) as (
  password: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>

/** OWASP password storage cheat sheet: N = 2^17, r = 8, p = 1. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1_024 * 1_024 }
/** Passwords that wait to be looked at; a flood of log-ins from many addresses is refused beyond. */
const MOST_WAITING = 32

/** Places kept for who logged in from the same browser before: a flood of strangers must not keep them out. */
const RESERVED = 8

let waiting = 0
let last: Promise<unknown> = Promise.resolve()

const derive = (password: string, salt: Buffer): Promise<Buffer> => {
  waiting += 1
  const mine = last
    .then(() => scrypt(password, salt, 32, COST))
    .finally(() => {
      waiting -= 1
    })
  last = mine.catch(() => undefined)
  return mine
}

/** Whether more passwords wait to be checked than one should wait for. @param isKnown whether a reserved place may be taken */
export const isCrowded = (isKnown: boolean): boolean => waiting >= MOST_WAITING + (isKnown ? RESERVED : 0)

/** @returns salt and hash, parted by a colon */
export const writePassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16)
  return `${salt.toString('base64url')}:${(await derive(password, salt)).toString('base64url')}`
}

/** @param stored as `writePassword` wrote it; without one the work is done all the same, so that time tells nothing */
export const isPassword = async (password: string, stored: string | undefined): Promise<boolean> => {
  const [salt = '', hash = ''] = (stored ?? '').split(':')
  const given = await derive(password, Buffer.from(salt, 'base64url'))
  const wanted = Buffer.from(hash, 'base64url')
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

/** A secret of 256 random bits that is shown once. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is kept of such a secret: it has too many bits to be guessed, so one round is enough. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

export const isSameHash = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

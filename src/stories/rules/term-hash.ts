/**
 * Hashes a word to 32 bits with a keyed hash. Without the key nobody can construct colliding words to bring unrelated
 * articles together (HalfSipHash-1-3: Aumasson, Bernstein, SipHash: a fast short-input PRF, INDOCRYPT 2012).
 */

/** 64 secret bits, as two halves. */
export type HashKey = readonly [number, number]

/** For decisions outside an installation: nothing to protect, and reproducible results. */
export const OPEN_KEY: HashKey = [0x6e657773, 0x6465736b]

/**
 * @param hex 16 hexadecimal digits
 * @returns null for anything else
 */
export const parseHashKey = (hex: string): HashKey | null =>
  /^[0-9a-f]{16}$/.test(hex) ? [Number.parseInt(hex.slice(0, 8), 16) | 0, Number.parseInt(hex.slice(8), 16) | 0] : null

const FINAL_ROUNDS = 3
let [v0, v1, v2, v3] = [0, 0, 0, 0] // state of the current hash, shared to avoid an allocation per word

const round = (): void => {
  v0 = (v0 + v1) | 0
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
  v0 = (v0 << 16) | (v0 >>> 16)
  v2 = (v2 + v3) | 0
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
  v0 = (v0 + v3) | 0
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
  v2 = (v2 + v1) | 0
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
  v2 = (v2 << 16) | (v2 >>> 16)
}

/** @returns 32 bits, signed; hashes UTF-16 units, two per step */
export const hashText = (text: string, [k0, k1]: HashKey): number => {
  v0 = k0
  v1 = k1
  v2 = 0x6c796765 ^ k0
  v3 = 0x74656462 ^ k1
  let index = 0
  for (; index + 1 < text.length; index += 2) {
    const two = text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16)
    v3 ^= two
    round()
    v0 ^= two
  }
  const last = (text.length << 24) | (index < text.length ? text.charCodeAt(index) : 0)
  v3 ^= last
  round()
  v0 ^= last
  v2 ^= 0xff
  for (let each = 0; each < FINAL_ROUNDS; each += 1) round()
  return v1 ^ v3
}

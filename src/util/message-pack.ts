/**
 * Writes script arguments as MessagePack (msgpack.org, spec.md): the part of the format that numbers, strings and
 * arrays need. (pure)
 */

export interface Packer {
  array(length: number): void
  /** Any finite number; integers from 0 to 2^32 - 1 take 1 to 5 bytes, others 9. */
  number(value: number): void
  /** Characters up to 0xff are written as one byte each. */
  latin1(text: string): void
  utf8(text: string): void
  /** 16 hex digits as 8 bytes; the empty string stays empty. */
  hash(hex: string): void
  /** Returns a copy of what was written and empties the packer. */
  take(): Buffer
}

export const createPacker = (size = 65_536): Packer => {
  let bytes = Buffer.allocUnsafe(size)
  let at = 0

  const ensureCapacity = (more: number): void => {
    if (at + more <= bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + more))
    bytes.copy(larger, 0, 0, at)
    bytes = larger
  }

  const head = (
    length: number,
    fix: number,
    fixMost: number,
    sized: readonly [one: number, two: number, four: number],
  ) => {
    if (length <= fixMost) bytes[at++] = fix | length
    else if (length < 0x100 && sized[0] !== 0) {
      bytes[at++] = sized[0]
      bytes[at++] = length
    } else if (length < 0x1_0000) {
      bytes[at++] = sized[1]
      at = bytes.writeUInt16BE(length, at)
    } else {
      bytes[at++] = sized[2]
      at = bytes.writeUInt32BE(length, at)
    }
  }
  const text = (length: number) => head(length, 0xa0, 31, [0xd9, 0xda, 0xdb])

  return {
    array(length) {
      ensureCapacity(5)
      head(length, 0x90, 15, [0, 0xdc, 0xdd])
    },
    number(value) {
      ensureCapacity(9)
      if (Number.isInteger(value) && value >= 0 && value < 0x1_0000_0000) {
        if (value < 0x80) bytes[at++] = value
        else if (value < 0x1_0000) {
          bytes[at++] = 0xcd
          at = bytes.writeUInt16BE(value, at)
        } else {
          bytes[at++] = 0xce
          at = bytes.writeUInt32BE(value, at)
        }
      } else {
        bytes[at++] = 0xcb
        at = bytes.writeDoubleBE(value, at)
      }
    },
    latin1(value) {
      ensureCapacity(value.length + 5)
      text(value.length)
      at += bytes.write(value, at, 'latin1')
    },
    utf8(value) {
      const length = Buffer.byteLength(value)
      ensureCapacity(length + 5)
      text(length)
      at += bytes.write(value, at, 'utf8')
    },
    hash(hex) {
      ensureCapacity(9)
      text(hex.length / 2)
      at += bytes.write(hex, at, 'hex')
    },
    take() {
      const written = Buffer.from(bytes.subarray(0, at))
      at = 0
      return written
    },
  }
}

/** Packs nested arrays of numbers and strings; for small values. */
export type Packable = number | string | readonly Packable[]
export const pack = (value: Packable): Buffer => {
  const packer = createPacker(256)
  const write = (each: Packable): void => {
    if (typeof each === 'number') packer.number(each)
    else if (typeof each === 'string') packer.utf8(each)
    else {
      packer.array(each.length)
      each.forEach(write)
    }
  }
  write(value)
  return packer.take()
}

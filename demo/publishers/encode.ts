/** Encodes text in a legacy charset. The platform only decodes, so the decoder is inverted, once per charset. */

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>()

const buildTable = (charset: string): ReadonlyMap<string, readonly number[]> => {
  const known = tables.get(charset)
  if (known) return known
  const decoder = new TextDecoder(charset)
  const table = new Map<string, readonly number[]>()
  const learn = (bytes: readonly number[]) => {
    const char = decoder.decode(Uint8Array.from(bytes))
    if ([...char].length === 1 && char !== '\ufffd' && !table.has(char)) table.set(char, bytes)
  }
  for (let byte = 0; byte < 256; byte += 1) learn([byte])
  if (/jis|euc|gb|big5/i.test(charset))
    for (let lead = 0x81; lead < 0xfd; lead += 1) for (let trail = 0x40; trail < 0xfd; trail += 1) learn([lead, trail])
  tables.set(charset, table)
  return table
}

/** Characters that the charset lacks become `?`. */
export const encode = (text: string, charset: string): Uint8Array => {
  if (/^utf-?8$/i.test(charset)) return new TextEncoder().encode(text)
  if (/^utf-?16/i.test(charset)) return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  const table = buildTable(charset)
  return Uint8Array.from([...text].flatMap(char => table.get(char) ?? [0x3f]))
}

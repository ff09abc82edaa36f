/**
 * The 32 characters in which windows-1252 differs from Latin-1, which has control characters there that no text
 * intends. (pure)
 */

const CHARACTERS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

export const C1_CONTROLS = /[\u0080-\u009f]/g

/** The character that a publisher meant by a control character from U+0080 to U+009F. */
export const fromWindows1252 = (control: string): string => CHARACTERS[control.charCodeAt(0) - 0x80] ?? ' '

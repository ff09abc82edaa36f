/** Processes that die, or lose a lock, at the worst moment: between two of their commands. */

import type { Redis } from 'ioredis'

/**
 * Has another holder's token stand in a lock right after a command of its holder: as if the lock had expired and been taken just then.
 * @param holder connection of the holder, of the test's own
 * @param other  connection of the other process
 * @param isTime asked before each command that touches the key; the first for which it holds is the one
 */
export const takeOverAfterCommand = (
  holder: Redis,
  other: Redis,
  key: string,
  isTime: () => Promise<boolean> = async () => true,
): void => {
  const send = holder.sendCommand.bind(holder)
  let isOver = false
  holder.sendCommand = (command, ...rest) => {
    if (isOver || !command.getKeys().map(String).includes(key)) return send(command, ...rest)
    return (async () => {
      const isNow = await isTime()
      const reply = await (send(command, ...rest) as Promise<unknown>)
      if (isNow && !isOver) {
        isOver = true
        await other.set(key, 'another', 'PX', 60_000)
      }
      return reply
    })()
  }
}

/** From the command after so many on, none reaches Redis any more: as if its process had been killed. */
export const dieAfter = (doomed: Pick<Redis, 'sendCommand'>, commands: number): void => {
  let left = commands
  const send = doomed.sendCommand.bind(doomed)
  doomed.sendCommand = (command, ...rest) => {
    if (left-- > 0) return send(command, ...rest)
    command.reject(new Error('killed'))
    return command.promise
  }
}

/** Ids of stream entries: `<ms since the epoch>-<number>`. (pure) */

export const millisOf = (id: string): number => Number(id.split('-')[0])

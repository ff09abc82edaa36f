/** A picture of an item or article, as the feed describes it. (pure) */

import { z } from 'zod'

export interface Picture {
  /** http or https. */
  readonly url: string
  /** Pixels, as declared. */
  readonly width?: number
  readonly height?: number
  /** Plain text that stands in for it, at most 200 characters. */
  readonly alt?: string
  /** Media type, such as `image/jpeg`, as declared. */
  readonly type?: string
}

/** Maximum number of pictures kept of an item. */
export const MAX_PICTURES = 10

/** A picture in job data: as lenient as the feed was read, since one bad address must not lose a batch. */
export const PictureSchema: z.ZodType<Picture> = z.object({
  url: z.string(),
  width: z.number().exactOptional(),
  height: z.number().exactOptional(),
  alt: z.string().exactOptional(),
  type: z.string().exactOptional(),
})

/** Whether pictures say no more than the address of the first one does. */
export const saysOnlyUrl = (pictures: readonly Picture[]): boolean =>
  pictures.length === 0 || (pictures.length === 1 && Object.keys(pictures[0] ?? {}).length === 1)

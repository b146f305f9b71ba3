/** Types that several service based interfaces share, and USS among them. TS 29.571 5, TS 29.309 6.1.6 */
import { z } from 'zod'
import type { Uss } from '../gba/guss.ts'

/** Octets as hex in either case. @param octets How many; or from how many to how many. */
export function hexSchema(octets: number, maxOctets = octets): z.ZodString {
  const pattern = new RegExp(`^[A-Fa-f0-9]{${octets * 2},${maxOctets * 2}}$`)
  return z.string().regex(pattern)
}

/** Uint32 of TS 29.571 5.2.2. */
export const uint32Schema = z.int().min(0).max(0xffff_ffff)

const KEY_CHOICES = ['ME_BASED_KEY', 'UICC_BASED_KEY', 'ME_UICC_BASED_KEYS'] as const
const MAX_TEXT = 1024
const MAX_ITEMS = 1024
const text = z.string().max(MAX_TEXT)

/** `ussList` of TS 29.309 and TS 29.562. */
export const ussListSchema = z
  .array(
    z.object({
      uss: z.object({
        gsId: uint32Schema,
        gsType: uint32Schema,
        ueIds: z.array(z.object({ ueId: text })).max(MAX_ITEMS),
        nafGroup: text.optional(),
        flags: z
          .array(z.object({ flag: uint32Schema }))
          .max(MAX_ITEMS)
          .optional(),
        keyChoice: z.string().optional(),
      }),
    }),
  )
  .max(MAX_ITEMS)

/** As `ussListSchema` reads it. */
export type UssListJson = z.infer<typeof ussListSchema>

/**
 * USS as JSON. The published `ueIds` has at least one item, a USS of TS 29.109 may have none: it is
 * written as one empty ueId. Empty flags are left out, as an array must not be empty.
 */
export function ussListJson(ussList: readonly Uss[]): UssListJson {
  return ussList.map(({ gsid, type, nafGroup, uids, flags, keyChoice }) => ({
    uss: {
      gsId: gsid,
      gsType: type,
      ueIds: (uids.length === 0 ? [''] : uids).map((ueId) => ({ ueId })),
      ...(nafGroup === undefined ? {} : { nafGroup }),
      ...(flags.length === 0 ? {} : { flags: flags.map((flag) => ({ flag })) }),
      ...(keyChoice === undefined ? {} : { keyChoice }),
    },
  }))
}

/** The inverse of `ussListJson`. A key choice that is not known here counts as none. */
export function readUssListJson(ussList: UssListJson): Uss[] {
  return ussList.map(({ uss: { gsId, gsType, ueIds, nafGroup, flags = [], keyChoice } }) => {
    const known = KEY_CHOICES.find((choice) => choice === keyChoice)
    return {
      gsid: gsId,
      type: gsType,
      ...(nafGroup === undefined ? {} : { nafGroup }),
      uids: ueIds.map(({ ueId }) => ueId).filter((ueId) => ueId !== ''),
      flags: flags.map(({ flag }) => flag),
      ...(known === undefined ? {} : { keyChoice: known }),
    }
  })
}

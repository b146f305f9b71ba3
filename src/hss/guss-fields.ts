/**
 * The GUSS of a subscriber as people write it, as JSON or as XML: both are judged by one schema, so that what one
 * takes the other shows. TS 29.109 Annex A
 */
import { z } from 'zod'
import { MAX_GUSS_OCTETS } from '../diameter/zh/multimedia-auth.ts'
import { InvalidMessage } from '../errors/errors.ts'
import { type Guss, parseGuss } from '../gba/guss.ts'
import { changeGuss, type GussChange } from '../gba/guss-change.ts'
import type { Impi } from '../identity/impi.ts'
import { utf8 } from '../octets/octets.ts'

const uint32 = z.int().min(0).max(0xffff_ffff)
const text = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u, 'a character that XML does not allow')

/** GUSS as JSON. TS 29.109 Annex A */
export const gussSchema = z.strictObject({
  uiccType: z.enum(['GBA', 'GBA_U']).optional(),
  /** Of Ks, in seconds; absent: as the BSF decides. */
  lifeTimeSeconds: z.int().min(1).max(0x7fff_ffff).optional(),
  ussList: z
    .array(
      z.strictObject({
        gsid: uint32,
        type: uint32.default(0),
        nafGroup: text.min(1).optional(),
        uids: z.array(text.min(1)).max(32).default([]),
        flags: z.array(uint32).max(32).default([]),
        keyChoice: z.enum(['ME_BASED_KEY', 'UICC_BASED_KEY', 'ME_UICC_BASED_KEYS']).optional(),
      }),
    )
    .max(64)
    .default([]),
})

/** From JSON to a GUSS. @param impi Its id. */
export function gussOfJson(impi: string, json: z.infer<typeof gussSchema>): Guss {
  const { uiccType, lifeTimeSeconds, ussList } = json
  return {
    id: impi,
    ...(uiccType !== undefined && { uiccType }),
    ...(lifeTimeSeconds !== undefined && { lifeTimeSeconds }),
    ussList: ussList.map(({ nafGroup, keyChoice, ...uss }) => ({
      ...uss,
      ...(nafGroup !== undefined && { nafGroup }),
      ...(keyChoice !== undefined && { keyChoice }),
    })),
  }
}

/** From a GUSS to JSON. */
export function gussAsJson(guss: Guss): z.input<typeof gussSchema> {
  const { id: _id, ...rest } = guss
  return {
    ...rest,
    ussList: guss.ussList.map((uss) => ({ ...uss, uids: [...uss.uids], flags: [...uss.flags] })),
  }
}

/** What is said of a GUSS beside its XML. */
export interface GussBeside {
  readonly uiccType?: Guss['uiccType'] | undefined
  /** Of Ks, in seconds; `null`: as the BSF decides. */
  readonly keyLifetime?: number | null | undefined
}

/**
 * A `guss` document as it is stored: as it was given, but for what is missing there and said beside it, and the id.
 *
 * @param impi Whose it is; an id that is there has to be the same.
 * @throws {InvalidMessage} Field `guss`: not well-formed, of somebody else, against the schema, or too large;
 *   or the field beside it that contradicts it.
 */
export function gussOfXml(impi: Impi, xml: string, beside: GussBeside = {}): string {
  const bare = xml.replace(/^\uFEFF/, '').trimEnd()
  const guss = readGuss(bare)
  if (guss.id !== undefined && guss.id !== impi) {
    throw new InvalidMessage('its id is not the IMPI of the subscriber', 'guss')
  }
  const { error } = gussSchema.safeParse(gussAsJson(guss))
  const [issue] = error?.issues ?? []
  if (issue !== undefined) {
    throw new InvalidMessage(`${issue.path.join('.')}: ${issue.message}`, 'guss')
  }
  const change = {
    ...(guss.id === undefined && { id: impi }),
    ...missingFrom(guss, beside),
  }
  const isWhole = Object.keys(change).length === 0
  return assertGussFits(isWhole ? bare : changeGuss(bare, change), 'guss')
}

/** @throws {InvalidMessage} If they contradict each other: nobody could say which one was meant. */
function missingFrom(guss: Guss, { uiccType, keyLifetime }: GussBeside): GussChange {
  assertSame('uiccType', uiccType, guss.uiccType)
  assertSame('keyLifetime', keyLifetime === null ? 'none' : keyLifetime, guss.lifeTimeSeconds)
  return {
    ...(uiccType !== undefined && guss.uiccType === undefined && { uiccType }),
    ...(typeof keyLifetime === 'number' &&
      guss.lifeTimeSeconds === undefined && { lifeTimeSeconds: keyLifetime }),
  }
}

/**
 * As it is escaped Zh may have no room for it, and then nobody could use it.
 *
 * @returns The document.
 * @throws {InvalidMessage} Naming the field.
 */
export function assertGussFits(xml: string, field: string): string {
  if (utf8(xml).length <= MAX_GUSS_OCTETS) return xml
  throw new InvalidMessage(`over ${MAX_GUSS_OCTETS} octets as XML`, field)
}

type Said = string | number | undefined

function assertSame(field: string, beside: Said, inside: Said): void {
  if (beside === undefined || inside === undefined || beside === inside) return
  throw new InvalidMessage(`${beside} here, but ${inside} in guss`, field)
}

function readGuss(xml: string): Guss {
  try {
    return parseGuss(xml)
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error
    throw new InvalidMessage(error.message, 'guss', { cause: error })
  }
}

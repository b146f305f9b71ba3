/** Where the GBA files are; USIM and ISIM differ, and a wrong number hits another file. TS 31.102 4.2.79, TS 31.103 4.2.9 */
import type { ApplicationName } from './aid.ts'

/** File identifiers of EF_GBABP and EF_GBANL in one application. */
export interface GbaFileIds {
  readonly gbabp: number
  readonly gbanl: number
}

/** By application. ISIM 95 % sure (GBA facts 12); those of our CSIM are the USIM's, by our own choice. */
export const GBA_FILES: Readonly<Record<ApplicationName, GbaFileIds>> = {
  USIM: { gbabp: 0x6fd6, gbanl: 0x6fda },
  ISIM: { gbabp: 0x6fd5, gbanl: 0x6fd7 },
  CSIM: { gbabp: 0x6fd6, gbanl: 0x6fda },
}

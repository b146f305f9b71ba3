/** Step 1: the PN GW bootstraps with its USIM over Ub. TS 33.220 5.3, TS 24.109 4 */
import { expectThat, type StoryStep } from './story.ts'

/** HTTP Digest AKA with GBA_U: MAC*, AUTN*, flipped RES, rspauth. */
export const bootstrapStep: StoryStep = {
  number: 1,
  title: 'The PN GW bootstraps with its USIM (Ub: HTTP Digest AKA, GBA_U)',
  async run({ credentials, clock }) {
    const { btid, expiresAtMs, gbaType } = await credentials.bootstrap()
    expectThat(gbaType === 'GBA_U', `the run was ${gbaType}, not GBA_U`)
    const seconds = Math.round((expiresAtMs - clock.nowMs()) / 1000)
    return `BSF and card proved themselves to each other; B-TID ${btid} is good for ${seconds} s.`
  },
}

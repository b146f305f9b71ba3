/** Step 2: the card derives Ks_ext_NAF, which is the EUKey. CR 7.4.3, K-1 */
import { fingerprint } from '../../crypto/fingerprint.ts'
import { expectThat, type StoryStep } from './story.ts'

/** NAF derivation mode; CK, IK and Ks stay in the card. */
export const euKeyStep: StoryStep = {
  number: 2,
  title: 'The card derives Ks_ext_NAF in NAF derivation mode: that is the EUKey',
  async run({ credentials }) {
    const { euKey, keyType } = await credentials.obtain()
    expectThat(keyType === 'ks-ext-naf', `the key is of type ${keyType}`)
    return `CK, IK and Ks never left the card; the EUKey has fingerprint ${fingerprint(euKey)}.`
  },
}

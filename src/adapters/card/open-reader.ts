/** Readers by the name that flags and configuration give them. Design 12 */
import type { UiccReader } from '../../apdu/uicc-reader.ts'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import type { Random } from '../../ports/random.ts'
import { createUicc } from '../../uicc/uicc.ts'
import { openPcscReader } from '../pcsc/open-pcsc-reader.ts'
import { readCardProfile } from './card-profile-file.ts'
import { cardStateFile, createFileCardState } from './file-card-state.ts'

const SOFTWARE = 'software:'
const PCSC = /^pcsc(?::(?<name>.+))?$/

/**
 * A reader that was not reset yet.
 *
 * @param name `software:FILE`: the software card of a profile. `pcsc:NAME`: a PC/SC reader whose name
 *   starts like this, `pcsc` any; the first one with a card is taken.
 * @throws {ConfigurationInvalid} If there is no such kind of reader, the profile cannot be used, or PC/SC
 *   is not installed; the message says what to install.
 */
export async function openReader(name: string, random: Random): Promise<UiccReader> {
  if (name.startsWith(SOFTWARE)) return openSoftwareCard(name.slice(SOFTWARE.length), random)
  const pcsc = PCSC.exec(name)
  if (pcsc !== null) return openPcscReader(pcsc.groups?.name ?? '')
  throw new ConfigurationInvalid(`reader ${name}: neither software:FILE nor pcsc[:NAME]`)
}

/**
 * The software card of a profile file; its state stands beside it in `FILE.state`.
 *
 * @throws {ConfigurationInvalid} If the profile cannot be used.
 */
export async function openSoftwareCard(file: string, random: Random): Promise<UiccReader> {
  const profile = await readCardProfile(file)
  const state = createFileCardState(cardStateFile(file), random)
  return { ...createUicc(profile, { state, random }), name: `${SOFTWARE}${file}` }
}

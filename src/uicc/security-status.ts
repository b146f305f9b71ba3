/** Who has proved what to the card. TS 102 221 9.2, 9.3 */
import type { AccessCondition } from '../apdu/access-rules.ts'
import type { CardState } from './card.ts'
import { ACCESS_RULES, type CardElementaryFile } from './card-file.ts'
import type { PinName } from './card-memory.ts'

/** Whether a PIN stands in nobody's way: disabled, or verified since the reset and not blocked. TS 102 221 9.5.1 */
export function isPinSatisfied({ memory, session }: CardState, name: PinName): boolean {
  const { enabled, retries } = memory.pins[name]
  return !enabled || (retries > 0 && session.verified.has(name))
}

/** Whether the access rule of a file lets it be read or updated now. TS 102 221 9.2 */
export function isAllowed(
  state: CardState,
  file: CardElementaryFile,
  mode: 'read' | 'update',
): boolean {
  const condition: AccessCondition = ACCESS_RULES[file.access][mode]
  if (condition === 'always') return true
  if (condition === 'never') return false
  return isPinSatisfied(state, condition === 'pin' ? 'pin' : 'adm1')
}

/** A PN GW with a cloned identity but the wrong K. TS 33.102 6.3.3, TS 24.109 4.4; M-6 in the BSF's words */
import { Secret } from '../../crypto/secret.ts'
import type { GbaCard } from '../../gba/gba-card.ts'
import { type BootstrapOutcome, bootstrap } from '../../gba/ub-client.ts'
import type { UbExchange, UbResponse } from '../../gba/ub-exchange.ts'
import { parseImpi } from '../../identity/impi.ts'
import { equalOctets } from '../../octets/octets.ts'
import type { LabWorld } from '../lab-world.ts'
import { expectThat, inTime } from './story.ts'

const RES_LENGTH = 8

/** The card says 98 62; who skips that check gets 403 from the BSF, as an unknown IMPI does. */
export async function refuseClonedCard(world: LabWorld): Promise<void> {
  const card = await world.openClonedCard()
  const honest = await attempt(world, card)
  expectThat(honest.outcome.outcome === 'mac-failure', 'the cloned card accepted the challenge')
  note(
    world,
    'has a cloned identity and the wrong K: its card answers 98 62 (AUTN has a wrong MAC)',
  )

  const guessing = await attempt(world, skippingTheCheck(card, world))
  expectRefused(guessing.outcome, 'a guessed RES')
  const stranger = parseImpi('001019999999999@ims.mnc001.mcc001.3gppnetwork.org')
  const unknown = await attempt(world, { ...card, impi: stranger })
  expectRefused(unknown.outcome, 'an unknown IMPI')
  expectThat(
    isSameAnswer(guessing.last, unknown.last),
    'the BSF answers a wrong RES and an unknown IMPI differently',
  )
  note(world, 'sends a RES all the same: the BSF answers 403, the same as to an unknown IMPI')
  await card.close()
}

/** One bootstrapping run. @returns How it ended, and the BSF's last answer. */
async function attempt(
  world: LabWorld,
  card: GbaCard,
): Promise<{ readonly outcome: BootstrapOutcome; readonly last: UbResponse | undefined }> {
  let last: UbResponse | undefined
  const ub: UbExchange = {
    async exchange(request) {
      last = await world.ub.exchange(request)
      return last
    },
  }
  const run = bootstrap({ ...world, ub, card, entityName: 'cloned PN GW' })
  return { outcome: await inTime(run, 'the BSF did not answer'), last }
}

/** A terminal that answers the challenge without asking its card. */
function skippingTheCheck(card: GbaCard, { random }: LabWorld): GbaCard {
  return {
    ...card,
    bootstrap: () =>
      Promise.resolve({ outcome: 'success', res: Secret.of(random.octets(RES_LENGTH)) }),
  }
}

function expectRefused(outcome: BootstrapOutcome, what: string): void {
  expectThat(
    outcome.outcome === 'refused' && outcome.status === 403,
    `${what} was not answered with 403`,
  )
}

function isSameAnswer(one: UbResponse | undefined, other: UbResponse | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.status === other.status &&
    headersOf(one) === headersOf(other) &&
    equalOctets(one.body, other.body)
  )
}

/** All but the time of day. */
function headersOf({ headers }: UbResponse): string {
  const { date: _, ...others } = headers
  return JSON.stringify(others)
}

function note({ clock, trace }: LabWorld, text: string): void {
  trace({ kind: 'note', atMs: clock.nowMs(), entity: 'cloned PN GW', text })
}

/** Handshakes with a key that does not fit: the wrong EUKey, and the right one of another subscriber. K-4 */
import { type ClientOutcome, IDLE } from '../../cpns/client-handshake.ts'
import { advance } from '../../cpns/client-handshake-advance.ts'
import { type Credentials, proverOf } from '../../cpns/credentials.ts'
import { EUKEY_LENGTH } from '../../cpns/handshake-hash.ts'
import { Secret } from '../../crypto/secret.ts'
import { toHex } from '../../octets/octets.ts'
import { createGbaCredentials } from '../../pn-gw/gba-credentials.ts'
import { ENTITIES, NAF_ID } from '../lab-names.ts'
import type { LabWorld } from '../lab-world.ts'
import { postAs } from './post-as.ts'
import { expectThat } from './story.ts'

/** The PN GW's names with another key: 401. */
export async function refuseWrongEuKey(world: LabWorld): Promise<void> {
  const { btid } = await world.credentials.obtain()
  const euKey = Secret.of(world.random.octets(EUKEY_LENGTH))
  const credentials = { euKey, keyType: 'ks-ext-naf', ...(btid && { btid }) } as const
  const outcome = await connectByPost(world, 'impostor', credentials)
  expectStatus(outcome, 401, 'the wrong EUKey')
  note(world, 'impostor', 'has the right B-TID and the wrong EUKey: refused with 401')
}

/** An honest subscriber with a good EUKey, who says that he is the PN GW: 403. */
export async function refuseOtherOwner(world: LabWorld): Promise<void> {
  const card = await world.openOtherCard()
  const other = createGbaCredentials(
    { nafId: NAF_ID, entityName: 'other PN GW' },
    { ...world, card },
  )
  const outcome = await connectByPost(world, 'other PN GW', await other.obtain())
  await card.close()
  expectStatus(outcome, 403, "another owner's EntityID")
  note(
    world,
    'other PN GW',
    'proves his own EUKey under an EntityID that is not his: refused with 403',
  )
}

/** A handshake over `POST /cpns` in the name of the PN GW. */
async function connectByPost(
  world: LabWorld,
  sender: string,
  credentials: Credentials,
): Promise<ClientOutcome | undefined> {
  const prover = proverOf(credentials, world.random)
  const { keyType, btid } = credentials
  const start = {
    kind: 'start',
    transactionId: toHex(world.random.octets(16)),
    randomClient: await prover.start(),
    entityId: ENTITIES.gateway,
    role: 'pn-gw',
    algorithms: ['HMAC-SHA-256'],
    keyType,
    ...(btid && { btid }),
  } as const
  let next = await advance(IDLE, start, prover)
  while (next.send !== undefined) {
    const octets = await postAs(sender, next.send, world)
    next = await advance(next.state, { kind: 'message', octets }, prover)
  }
  return next.outcome
}

function expectStatus(outcome: ClientOutcome | undefined, status: number, what: string): void {
  expectThat(outcome?.kind === 'failed', `${what} was not refused`)
  expectThat(
    outcome.status === status,
    `${what} was answered with ${outcome.status}, not ${status}`,
  )
}

function note({ clock, trace }: LabWorld, entity: string, text: string): void {
  trace({ kind: 'note', atMs: clock.nowMs(), entity, text })
}

/** A PN GW with a card and one with UserID and password side by side on one server. CR 7.4.3 */
import { expect, test } from 'vitest'
import { assignmentStep } from '../../src/cpns/client-assignment.ts'
import type { CredentialSource } from '../../src/cpns/credentials.ts'
import {
  type AuthenticateRequest,
  decodeMessage,
  type EuKeyAssignmentResponse,
  encodeMessage,
} from '../../src/cpns/messages.ts'
import { parseEntityId } from '../../src/identity/entity-id.ts'
import {
  btidOf,
  createCpnsWorld,
  GATEWAY_ID,
  gbaUAnswer,
  OTHER_GATEWAY_ID,
  settle,
} from '../support/cpns-world.ts'
import {
  addUser,
  assign,
  assigned,
  beginAssignment,
  prove,
  TEST_COST,
} from '../support/hand-assignment.ts'

const OTHER = { entityId: OTHER_GATEWAY_ID }

async function worldWithUser() {
  const world = createCpnsWorld({ passwords: { cost: TEST_COST, euKeyLifetimeSeconds: 7_200 } })
  world.zn.know(btidOf(1), gbaUAnswer(1, world.clock))
  await addUser(world)
  return world
}

test('both come to a session, and neither disturbs the other', async () => {
  const world = await worldWithUser()
  const { euKey } = await assigned(world, OTHER)
  const credentials: CredentialSource = { obtain: async () => ({ euKey, keyType: 'assigned' }) }
  const byCard = world.createGateway()
  const byPassword = world.createGateway({ options: OTHER, ports: { credentials } })
  await Promise.all([byCard.start(), byPassword.start()])
  expect(
    (await world.store.listEuKeys()).map(({ entityId, source }) => [entityId, source]),
  ).toEqual(
    expect.arrayContaining([
      [GATEWAY_ID, 'gba-u'],
      [OTHER_GATEWAY_ID, 'assigned'],
    ]),
  )
  expect(world.server.attachedCount).toBe(2)
  await world.elapse(3_700_000)
  expect([byCard.session, byPassword.session].every((session) => session !== undefined)).toBe(true)
  await world.close()
})

test('a session never outlives the EUKey of a password', async () => {
  const world = await worldWithUser()
  const { euKey } = await assigned(world, OTHER)
  await world.clock.advance(7_200_000 - 60_000)
  const credentials: CredentialSource = { obtain: async () => ({ euKey, keyType: 'assigned' }) }
  const gateway = world.createGateway({ options: OTHER, ports: { credentials } })
  await gateway.start()
  expect(gateway.session?.lifetimeSeconds).toBe(60)
  await settle()
  await world.close()
})

test('an EUKeyAssignmentResponse that was captured opens nothing for another entity', async () => {
  const world = await worldWithUser()
  const captured = await assign(world)
  const thief = parseEntityId('urn:uuid:thief')
  const proved = await prove(await beginAssignment(world, { entityId: thief }))
  const { outcome } = assignmentStep(proved.state, { kind: 'message', octets: captured.answer })
  expect(outcome).toEqual({ kind: 'failed', reason: 'server-hash-wrong' })
  await world.close()
})

test('a challenge whose N was lowered on its way gets no proof, or a wrong one', async () => {
  const world = await worldWithUser()
  const begun = await beginAssignment(world)
  const challenge = decodeMessage(begun.challenge) as AuthenticateRequest
  const { kdf, ...rest } = challenge.authReqData
  if (kdf === undefined) throw new Error('no cost')
  const withN = (n: number) =>
    encodeMessage({ ...challenge, authReqData: { ...rest, kdf: { ...kdf, n } } })
  const tooLow = await prove({ ...begun, challenge: withN(8_192) })
  expect(tooLow.outcome).toEqual({ kind: 'failed', reason: 'cost-not-accepted' })
  const other = await prove({ ...begun, challenge: withN(32_768) })
  const answer = (await world.server.answerPost(other.send as Uint8Array, 'a')).octets
  expect(decodeMessage(answer) as EuKeyAssignmentResponse).toMatchObject({ status: 401 })
  await world.close()
})

/** One step of the client, and what the step asks of the EUKey. CR 7.5.2, K-1 */
import {
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type ProverTask,
  step,
} from './client-handshake.ts'
import type { EuKeyProver } from './eukey-prover.ts'

/**
 * Goes on until there is something to send, or an outcome, or a message to wait for.
 *
 * @param prover The one that gave RAND_client of the start event.
 * @throws {CpnsError} As `step` and the prover.
 */
export async function advance(
  state: ClientState,
  event: ClientEvent,
  prover: EuKeyProver,
): Promise<ClientStep> {
  let next = step(state, event)
  while (next.ask !== undefined) next = step(next.state, await perform(next.ask, prover))
  return next
}

async function perform(task: ProverTask, prover: EuKeyProver): Promise<ClientEvent> {
  if (task.kind === 'prove') return { kind: 'proved', hash: await prover.prove(task.proof) }
  return { kind: 'confirmed', sessionKey: await prover.confirm(task.confirmation) }
}

import { beforeEach, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../test/support/virtual-clock.ts'
import type { UserInfoRegistration } from '../cpns/messages.ts'
import { TransportFailed } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { ServerQuestions } from './server-questions.ts'

const SERVER = parseEntityId('urn:x:server')
const QUESTION: UserInfoRegistration = {
  name: 'UserInfoRegistration',
  transactionId: 't-1',
  entityId: parseEntityId('urn:x:gw'),
  pne: parseEntityId('urn:x:watch'),
}
const REFUSAL = {
  name: 'Error',
  transactionId: 't-1',
  entityId: SERVER,
  status: 403,
  detail: 'no',
} as const

let clock: VirtualClock
let asked: string[]
let send: () => Promise<void>
let questions: ServerQuestions

beforeEach(() => {
  clock = createVirtualClock()
  asked = []
  send = async () => {}
  questions = new ServerQuestions({
    clock,
    async askServer({ transactionId }) {
      asked.push(transactionId)
      await send()
    },
  })
})

test('the answer of the same exchange is the answer', async () => {
  const answer = questions.ask(QUESTION)
  questions.takeAnswer({ ...REFUSAL, transactionId: 't-2' })
  questions.takeAnswer({ name: 'Disconnect', transactionId: 't-1', entityId: SERVER })
  questions.takeAnswer(REFUSAL)
  expect(await answer).toEqual(REFUSAL)
  expect(asked).toEqual(['t-1'])
})

test('a question is asked once at a time', async () => {
  const first = questions.ask(QUESTION)
  await expect(questions.ask(QUESTION)).rejects.toThrow(TransportFailed)
  questions.takeAnswer(REFUSAL)
  await first
  const again = questions.ask(QUESTION)
  questions.takeAnswer(REFUSAL)
  expect(await again).toEqual(REFUSAL)
})

test('what is not answered in 30 s has failed', async () => {
  const answer = questions.ask(QUESTION)
  const failed = expect(answer).rejects.toThrow('did not answer in time')
  await clock.advance(30_000)
  await failed
})

test('what cannot be sent is not waited for', async () => {
  send = async () => {
    throw new TransportFailed('no way')
  }
  await expect(questions.ask(QUESTION)).rejects.toThrow('no way')
})

test('nothing waits for a PN GW that has stopped', async () => {
  const answer = questions.ask(QUESTION)
  questions.stop()
  await expect(answer).rejects.toThrow('stops')
})

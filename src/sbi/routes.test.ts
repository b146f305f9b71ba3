import { describe, expect, test } from 'vitest'
import { InvalidMessage } from '../errors/errors.ts'
import { causeOf } from './problem-details.ts'
import { answerRequest, orFailed, type SbiRoute } from './routes.ts'

const EMPTY = new Uint8Array(0)
const OK = { status: 200, contentType: 'text/plain', body: EMPTY }
const ASKED = { method: 'POST', path: '/a/x', contentType: 'text/plain', body: EMPTY }

function routes(answer: SbiRoute['answer'] = async () => OK): readonly SbiRoute[] {
  return [
    { method: 'POST', path: /^\/a\/(.+)$/, accepts: ['text/plain'], optional: ['opt'], answer },
  ]
}

test('the operation gets the parameter and who asks', async () => {
  const answer: SbiRoute['answer'] = async (asked) => {
    expect(asked).toEqual({ parameter: 'x', body: EMPTY, clientNames: ['naf'] })
    return OK
  }
  expect(await answerRequest(routes(answer), ASKED, ['naf'])).toBe(OK)
})

describe('refused', () => {
  test.each([
    ['path', { path: '/b' }, ['naf'], 404],
    ['method', { method: 'GET' }, ['naf'], 405],
    ['media type', { contentType: 'text/html' }, ['naf'], 415],
    ['client', {}, [], 403],
    ['content coding', { contentEncoding: 'gzip' }, ['naf'], 415],
  ] as const)('wrong %s', async (_, change, client, status) => {
    const answer = await answerRequest(routes(), { ...ASKED, ...change }, client)
    expect(answer).toMatchObject({ status, ...(status === 405 && { allow: 'POST' }) })
    expect(causeOf(answer)).toBeDefined()
  })

  test.each([
    ['JSON', 'not JSON', 'INVALID_MSG_FORMAT'],
    ['a.b', 'missing', 'MANDATORY_IE_MISSING'],
    ['a.b', 'wrong', 'MANDATORY_IE_INCORRECT'],
    ['opt.b', 'missing', 'OPTIONAL_IE_INCORRECT'],
  ])('%s: %s', async (field, reason, cause) => {
    const answer = await answerRequest(
      routes(() => Promise.reject(new InvalidMessage(reason, field))),
      ASKED,
      ['naf'],
    )
    expect(answer.status).toBe(400)
    expect(causeOf(answer)).toBe(cause)
  })
})

test.each(['identity', ' Identity ', ''])('a body that is not compressed (%j)', async (coding) => {
  expect(await answerRequest(routes(), { ...ASKED, contentEncoding: coding }, ['naf'])).toBe(OK)
})

test('what is wrong with our own data is 500, what is a fault is thrown', async () => {
  const invalid = () => {
    throw new InvalidMessage('bad', 'guss')
  }
  expect(orFailed(invalid)).toMatchObject({ status: 500 })
  const fault = () => {
    throw new TypeError('a fault')
  }
  expect(() => orFailed(fault)).toThrow(TypeError)
  await expect(
    answerRequest(
      routes(async () => fault()),
      ASKED,
      ['naf'],
    ),
  ).rejects.toThrow(TypeError)
})

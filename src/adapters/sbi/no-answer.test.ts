import { expect, test } from 'vitest'
import { AuthenticationFailed } from '../../errors/errors.ts'
import { noLog } from '../../ports/log.ts'
import { logNoAnswer } from './no-answer.ts'

const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })

test.each([
  [new AuthenticationFailed('the certificate is not trusted'), 'the certificate is not trusted'],
  [refused, 'ECONNREFUSED'],
  [new Error('cancelled', { cause: refused }), 'ECONNREFUSED'],
  [new DOMException('aborted', 'TimeoutError'), 'no answer in time'],
  [new Error('key=secret'), 'the connection failed'],
])('%s is logged as "%s"', (error, reason) => {
  const lines: unknown[] = []
  const log = { ...noLog, warn: (...line: unknown[]) => lines.push(line) }
  logNoAnswer(log, 'bsf.example.org:8082', error)
  expect(lines).toEqual([['sbi-no-answer', { at: 'bsf.example.org:8082', reason }]])
})

test('nobody has to be told', () => {
  expect(() => logNoAnswer(undefined, 'bsf.example.org:8082', refused)).not.toThrow()
})

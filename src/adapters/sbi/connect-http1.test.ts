import { expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { connectHttp1 } from './connect-http1.ts'

test('without TLS only this machine; nobody there is no answer; closed twice', async () => {
  expect(() => connectHttp1({ apiRoot: 'http://bsf.example' })).toThrow(ConfigurationInvalid)
  const client = connectHttp1({ apiRoot: 'http://127.0.0.1:1', timeoutMs: 1000 })
  const request = { method: 'GET', path: '/', body: new Uint8Array(0) }
  expect(await client.ask(request)).toBeUndefined()
  await client.close()
  await client.close()
})

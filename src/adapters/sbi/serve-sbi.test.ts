import { describe, expect, test } from 'vitest'
import { ConfigurationInvalid } from '../../errors/errors.ts'
import { causeOf } from '../../sbi/problem-details.ts'
import { connectHttp1 } from './connect-http1.ts'
import { connectHttp2 } from './connect-http2.ts'
import { linkOptions } from './sbi.fixture.ts'
import { serveSbi } from './serve-sbi.ts'

const FAULTY = {
  method: 'POST',
  path: /^\/a$/,
  answer: () => Promise.reject(new Error('a fault')),
} as const

describe.each([
  ['HTTP/2', connectHttp2],
  ['HTTP/1.1', connectHttp1],
] as const)('%s', (version, connect) => {
  const askOf = async (client: string, length: number) => {
    const { serve } = linkOptions(false, 'naf')
    const plainClients = client === '' ? {} : { '127.0.0.1': client }
    const options = { ...serve, plainClients, limits: { maxBodyOctets: 10 } }
    const server = await serveSbi(version, options, [FAULTY])
    const asking = connect({ apiRoot: `http://127.0.0.1:${server.port}`, timeoutMs: 3000 })
    const answer = await asking.ask({ method: 'POST', path: '/a', body: new Uint8Array(length) })
    await asking.close()
    await server.close()
    return answer && [answer.status, causeOf(answer)]
  }

  test('a fault of ours, a body too large, and somebody who is not known', async () => {
    expect(await askOf('naf', 10)).toEqual([500, 'SYSTEM_FAILURE'])
    expect(await askOf('naf', 11)).toEqual([413, 'UNSPECIFIED_MSG_FAILURE'])
    expect(await askOf('', 10)).toEqual([403, 'CLIENT_NOT_KNOWN'])
  })

  test('in the clear on this machine alone', async () => {
    const options = { host: '0.0.0.0', port: 0 }
    await expect(serveSbi(version, options, [])).rejects.toThrow(ConfigurationInvalid)
  })
})

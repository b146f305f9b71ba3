import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { utf8 } from '../../octets/octets.ts'
import { createWebhookPost } from './post-webhook.ts'

test('gives the status, follows no redirect, and says when nobody is there', async () => {
  const paths: string[] = []
  const receiver = createServer((request, response) => {
    paths.push(`${request.method} ${request.url}`)
    response.writeHead(request.url === '/moved' ? 302 : 201, { location: '/elsewhere' }).end('x')
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const webhooks = createWebhookPost()
  const post = (path: string) =>
    webhooks.post({ url: `http://127.0.0.1:${port}${path}`, headers: {}, body: utf8('{}') })
  expect([await post('/in?a=b'), await post('/moved')]).toEqual([201, 302])
  expect(paths).toEqual(['POST /in?a=b', 'POST /moved'])
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  await expect(post('/in')).rejects.toThrow()
  await webhooks.close()
})

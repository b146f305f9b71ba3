/** One and the same application behind each adapter. */

import type { RequestListener } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import type { Naf } from '../../naf/create-naf.ts'
import { nafUserOf } from './admit.ts'
import { nafForExpress } from './express-naf.ts'
import { nafForFastify } from './fastify-naf.ts'
import { protectListener } from './protect-listener.ts'

/** Applications that say who the user is and give its JSON back. */
export const APPLICATIONS = {
  'node:http': (naf: Naf): RequestListener =>
    protectListener(naf, (request, response) => {
      const parts: string[] = []
      request.setEncoding('utf8').on('data', (part: string) => parts.push(part))
      request.on('end', () => {
        const body = parts.length === 0 ? undefined : (JSON.parse(parts.join('')) as unknown)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ identity: nafUserOf(request).identity, body }))
      })
    }),
  Express: (naf: Naf): RequestListener => {
    const application = express()
    const mounted = express.Router()
    mounted.use(nafForExpress(naf), express.json({ limit: '1mb' }))
    mounted.all('/*rest', (request, response) => {
      response.json({ identity: nafUserOf(request).identity, body: request.body as unknown })
    })
    application.use('/mounted', mounted)
    return application
  },
  Fastify: async (naf: Naf): Promise<RequestListener> => {
    const application = fastify()
    await application.register(nafForFastify(naf))
    application.all('/*', (request, reply) => {
      const body = request.body ?? undefined
      return reply.send({ identity: nafUserOf(request.raw).identity, body })
    })
    await application.ready()
    return (request, response) => application.routing(request, response)
  },
} as const

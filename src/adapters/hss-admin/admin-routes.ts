/** The routes of the admin API of an HSS: one declaration each, for the server and for its OpenAPI document. */
import { z } from 'zod'
import { gussSchema } from '../../hss/guss-fields.ts'
import {
  shownSubscriberSchema,
  subscriberChangeSchema,
  subscriberFieldsSchema,
} from '../../hss/subscriber-fields.ts'
import { importResultSchema } from '../../hss/subscriber-import.ts'
import { type AdminRoute, OPENAPI_ROUTE } from '../rest/admin-api.ts'
import { nextSchema, pageSchema } from '../rest/page.ts'

/** Some 300,000 lines; they are in memory while they are imported. */
const MAX_IMPORT_OCTETS = 64 * 1024 * 1024

/** Query of an import. */
export const importQuerySchema = z.strictObject({
  /** `true`: every line is checked, nothing is added. */
  dryRun: z.enum(['true', 'false']).default('false'),
})

const listSchema = z.strictObject({
  subscribers: z.array(shownSubscriberSchema),
  next: nextSchema,
})
const healthSchema = z.strictObject({ status: z.literal('ok') })

const WRONG = 'Not what the schema says, or a key of another length'
const NOBODY = 'No such subscriber'
const NO_IMPI = 'The path holds no IMPI'
const SUBSCRIBER = '/admin/subscribers/{impi}'

/** All of them, by name. */
export const ADMIN_ROUTES = {
  listSubscribers: {
    method: 'GET',
    path: '/admin/subscribers',
    summary: 'Subscribers in the order of their IMPIs, page by page',
    query: pageSchema,
    success: { status: 200, description: 'A page', schema: listSchema },
    failures: { 400: 'A query that is none' },
  },
  addSubscriber: {
    method: 'POST',
    path: '/admin/subscribers',
    summary: 'Add a subscriber',
    body: subscriberFieldsSchema,
    success: { status: 201, description: 'Added', schema: shownSubscriberSchema },
    failures: { 400: WRONG, 409: 'The IMPI is a subscriber already' },
  },
  importSubscribers: {
    method: 'POST',
    path: '/admin/subscribers/import',
    summary: 'Add many; nothing is added if any line is wrong, and those that are there stay',
    body: z.string(),
    accepts: ['text/csv', 'application/x-ndjson'],
    maxBodyOctets: MAX_IMPORT_OCTETS,
    query: importQuerySchema,
    success: { status: 200, description: 'What was done', schema: importResultSchema },
    failures: { 400: 'A line that is wrong, by its number' },
  },
  showSubscriber: {
    method: 'GET',
    path: SUBSCRIBER,
    summary: 'One subscriber, without its keys',
    success: { status: 200, description: 'The subscriber', schema: shownSubscriberSchema },
    failures: { 400: NO_IMPI, 404: NOBODY },
  },
  changeSubscriber: {
    method: 'PATCH',
    path: SUBSCRIBER,
    summary: 'Change what is given; the rest, SQN and services stay',
    body: subscriberChangeSchema,
    success: { status: 200, description: 'Changed', schema: shownSubscriberSchema },
    failures: { 400: WRONG, 404: NOBODY },
  },
  removeSubscriber: {
    method: 'DELETE',
    path: SUBSCRIBER,
    summary: 'Take a subscriber and its SQN away',
    success: { status: 204, description: 'Removed' },
    failures: { 400: NO_IMPI, 404: NOBODY },
  },
  showGuss: {
    method: 'GET',
    path: `${SUBSCRIBER}/guss`,
    summary: 'The GUSS of a subscriber',
    success: { status: 200, description: 'The GUSS', schema: gussSchema },
    failures: { 400: NO_IMPI, 404: NOBODY },
  },
  setGuss: {
    method: 'PUT',
    path: `${SUBSCRIBER}/guss`,
    summary: 'Put another GUSS in its place, whole',
    body: gussSchema,
    success: { status: 200, description: 'The GUSS as it is now', schema: gussSchema },
    failures: { 400: WRONG, 404: NOBODY },
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'The process answers',
    open: true,
    success: { status: 200, description: 'It does', schema: healthSchema },
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    summary: 'The store can be written, so vectors can be made',
    open: true,
    success: { status: 200, description: 'It can', schema: healthSchema },
    failures: { 503: 'It cannot' },
  },
  openapi: OPENAPI_ROUTE,
} as const satisfies Record<string, AdminRoute>

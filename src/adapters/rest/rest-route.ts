/** One route of our own HTTP APIs: one declaration, for the server and for its OpenAPI document. */
import { z } from 'zod'

/** What is asked and answered at one path with one method. */
export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As in OpenAPI, for instance `/things/{name}`; a parameter fills a whole segment. */
  readonly path: string
  readonly summary: string
  readonly body?: z.ZodType
  /** Media types of the body; default `application/json`. */
  readonly accepts?: readonly string[]
  /** Of the query, each an optional text. */
  readonly query?: z.ZodObject
  readonly success: {
    readonly status: number
    readonly description: string
    readonly schema?: z.ZodType
    readonly mediaType?: string
  }
  /** Statuses besides those that all routes of the API have, and when they come. */
  readonly failures?: Readonly<Record<number, string>>
}

/** The path as Fastify writes it, with `:name` for `{name}`. */
export function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/** Names of the parameters of a path. */
export function parametersOf(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}

/** JSON Schema of what a schema reads, or with `output` of what it gives. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}

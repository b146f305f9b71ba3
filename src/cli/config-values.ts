/** What values of options must be beyond their type, so that a file can be checked without starting anything. */
import { parseServerUrl } from '../adapters/tls/server-address.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseEntityId } from '../identity/entity-id.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseUaId } from '../identity/naf-id.ts'
import { algorithmsOf } from './algorithm-flag.ts'
import { diameterTargetOf, plainClientsOf } from './diameter-flags.ts'
import { readFlag, readOctets } from './flag-values.ts'
import { masterKeySourceOf } from './master-key-flag.ts'
import { parseNafRule } from './naf-rule.ts'
import { pinnedTrust } from './trust-flags.ts'

type Check = (word: string) => unknown

const pin: Check = (word) => pinnedTrust('', word)
const httpUrl: Check = (word) => {
  const isHttp = URL.canParse(word) && /^https?:$/.test(new URL(word).protocol)
  if (!isHttp) throw new ConfigurationInvalid('not a URL of the form http://host:port')
}
const reader: Check = (word) => {
  if (!/^(software:.+|pcsc(:.+)?)$/.test(word)) {
    throw new ConfigurationInvalid('neither software:FILE nor pcsc[:NAME]')
  }
}
const bsfWord: Check = (word) => {
  const [name = '', where = ''] = word.split(/=(.*)/s)
  parseFqdn(name)
  if (where === '') throw new ConfigurationInvalid('not BSF-NAME=HOST:PORT or BSF-NAME=URL')
}

/** Names of Diameter nodes and realms, wherever they stand. */
const NAMES: Readonly<Record<string, Check>> = {
  originHost: parseFqdn,
  originRealm: parseFqdn,
  hssRealm: parseFqdn,
  bsfRealm: parseFqdn,
  relay: parseFqdn,
  nafFqdn: parseFqdn,
  bsfName: parseFqdn,
  uaId: parseUaId,
  entity: parseEntityId,
}

const OTHERS: Readonly<Record<string, Check>> = {
  plainClient: (word) => plainClientsOf('', [word]),
  algorithm: (word) => algorithmsOf([word]),
  peerPin: pin,
  bsfPin: pin,
  pin,
  hssUrl: httpUrl,
  bsfUrl: httpUrl,
  reader,
  challengeUnknown: (word) => readOctets('', word, [2]),
  masterKey: (word) => masterKeySourceOf(word),
  serverUrl: (word) => parseServerUrl(word, { secure: 'https', plain: 'http' }),
}

/** What means one thing here and another there. */
const OF_ENTITIES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  hss: { bsf: parseFqdn },
  bsf: { name: parseFqdn, hss: (word) => diameterTargetOf('', word), naf: parseNafRule },
  server: { bsf: bsfWord },
}

/**
 * @param value As in a file: one word, or several.
 * @returns Why it cannot be, without the flag; `undefined` if it can.
 */
export function valueFault(entity: string, key: string, value: unknown): string | undefined {
  const check = OF_ENTITIES[entity]?.[key] ?? NAMES[key] ?? OTHERS[key]
  if (check === undefined) return undefined
  const words = [value].flat().flatMap((one) => (Array.isArray(value) ? [String(one)] : [one]))
  try {
    for (const word of words) readFlag('', () => check(String(word)))
    return undefined
  } catch (error) {
    if (error instanceof ConfigurationInvalid) return error.message.replace(/^(?:--[\w-]+)?: /, '')
    throw error
  }
}

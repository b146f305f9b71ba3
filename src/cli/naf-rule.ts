/** What one NAF may do, as a word of a flag. TS 33.220 4.5.3 */
import type { NafRule } from '../bsf/options.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { readFlag } from './flag-values.ts'

/**
 * `ORIGIN-HOST=FQDN,FQDN;group=NAME;uss`, the two last ones optional.
 *
 * @throws {ConfigurationInvalid} Naming `--naf` and what is wrong.
 */
export function parseNafRule(text: string): NafRule {
  const [names = '', ...more] = text.split(';')
  const [originHost = '', fqdns, ...rest] = names.split('=')
  if (fqdns === undefined || rest.length > 0) {
    throw new ConfigurationInvalid(`--naf: ${text} is not ORIGIN-HOST=FQDN,FQDN`)
  }
  return {
    originHost: readFlag('--naf', () => parseFqdn(originHost)),
    fqdns: fqdns.split(',').map((fqdn) => readFlag('--naf', () => parseFqdn(fqdn))),
    ...Object.assign({}, ...more.map(parseDetail)),
  }
}

function parseDetail(text: string): Partial<NafRule> {
  if (text === 'uss') return { ussRequired: true }
  const [, group] = /^group=(\S+)$/.exec(text) ?? []
  if (group !== undefined) return { nafGroup: group }
  throw new ConfigurationInvalid(`--naf: ${text} is neither group=NAME nor uss`)
}

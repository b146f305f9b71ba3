/** What one NAF may do, as a word of a flag. TS 33.220 4.5.3 */
import type { NafRule } from '../bsf/options.ts'
import { ConfigurationInvalid } from '../errors/errors.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { readFlag } from './flag-values.ts'

/** All of them. @throws {ConfigurationInvalid} If one is wrong, or a NAF has two. */
export function parseNafRules(texts: readonly string[] = []): NafRule[] {
  const rules = texts.map(parseNafRule)
  const hosts = rules.map(({ originHost }) => originHost)
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index)
  if (twice === undefined) return rules
  throw new ConfigurationInvalid(`--naf: ${twice} stands there twice; all its FQDNs go into one`)
}

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
  const details = more.map(parseDetail)
  if (details.filter(({ nafGroup }) => nafGroup !== undefined).length > 1) {
    throw new ConfigurationInvalid(`--naf: ${originHost} has more than one group`)
  }
  return {
    originHost: readFlag('--naf', () => parseFqdn(originHost)),
    fqdns: fqdns.split(',').map((fqdn) => readFlag('--naf', () => parseFqdn(fqdn))),
    ...Object.assign({}, ...details),
  }
}

function parseDetail(text: string): Partial<NafRule> {
  if (text === 'uss') return { ussRequired: true }
  const [, group] = /^group=(\S+)$/.exec(text) ?? []
  if (group !== undefined) return { nafGroup: group }
  throw new ConfigurationInvalid(`--naf: ${text} is neither group=NAME nor uss`)
}

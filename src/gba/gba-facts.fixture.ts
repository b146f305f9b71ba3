/** The worked example of the GBA facts, section 14: one subscriber, one challenge, all that follows. */
import { Secret } from '../crypto/secret.ts'
import { parseFqdn } from '../identity/fqdn.ts'
import { parseImpi } from '../identity/impi.ts'
import { fromHex } from '../octets/octets.ts'

const secret = (hex: string): Secret => Secret.of(fromHex(hex))

/** Inputs and results, in the names of the specifications. */
export const WORKED = {
  k: secret('465b5ce8b199b49faa5f0a2ee238a6bc'),
  opc: secret('cd63cb71954a9f4e48a5994e37a02baf'),
  rand: fromHex('23553cbe9637a89d218ae64dae47bf35'),
  sqn: 0xa0n,
  amf: fromHex('0000'),
  impi: parseImpi('001010123456789@ims.mnc001.mcc001.3gppnetwork.org'),
  nafFqdn: parseFqdn('cpns.example.org'),
  bsfName: parseFqdn('bsf.mnc001.mcc001.pub.3gppnetwork.org'),
  res: secret('a54211d5e3ba50bf'),
  resGbaU: secret('a54211d5e3ba50be'),
  ck: secret('b40ba9a3c58b2a05bbf0d987b21bf8cb'),
  ik: secret('f769bcd751044604127672711c6d3441'),
  mac: fromHex('e6290295c787617c'),
  autn: fromHex('aa689c6483d00000e6290295c787617c'),
  macStar: fromHex('20c9c75be1677c8b'),
  autnStar: fromHex('aa689c6483d0000020c9c75be1677c8b'),
  nonce: 'I1U8vpY3qJ0hiuZNrke/NaponGSD0AAAIMnHW+FnfIs=',
  btid: 'I1U8vpY3qJ0hiuZNrke/NQ==@bsf.mnc001.mcc001.pub.3gppnetwork.org',
  tmpi: 'NdfNQvvGWK4SGbs7c17alrZHQXyhEcrW@tmpi.bsf.3gppnetwork.org',
  cnonce: '0123456789abcdef',
  response: 'd2b854b70573e79f31519ddc3a0097d8',
  auts: fromHex('451e8beca03b87423afbed548cbd'),
  responseWithAuts: '65ace9499aaa4b6748912870ac092c75',
} as const

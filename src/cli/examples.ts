/**
 * One example for the help of every command that brings none of its own. Design 10
 *
 * They stand together so that they tell one story: the folder `./server` of one is that of the next.
 */
import type { Command } from 'commander'

const PHONE = 'urn:uuid:3f1c2a50-6f0a-4d3e-9d0e-0d8f6a4b7c11'
const WATCH = 'urn:uuid:0b8f1d3e-5a64-4c8b-8f5d-2f6e8d1c9a22'
const K = '465b5ce8b199b49faa5f0a2ee238a6bc'
const OPC = 'cd63cb71954a9f4e48a5994e37a02baf'
const RAND = '23553cbe9637a89d218ae64dae47bf35'
const ALICE = '001010000000001@ims.example'
const BOB = '001010000000002@ims.example'

/** Lines by the full name of their command. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  cpns: ['cpns lab --once', 'cpns calc --help', 'source <(cpns completion bash)'],
  'cpns lab': ['cpns lab --once', 'cpns lab --data ./lab --trace-file ./lab.jsonl'],
  'cpns calc': ['cpns calc vector --help'],
  'cpns calc vector': [
    `cpns calc vector --k ${K} --opc ${OPC} \\`,
    `  --rand ${RAND} --sqn 0000000000a0 --amf 0000`,
  ],
  'cpns calc resync': [
    `cpns calc resync --k ${K} --opc ${OPC} \\`,
    `  --rand ${RAND} --auts 451e8beca03b87423afbed548cbd`,
  ],
  'cpns calc gba': [
    'cpns calc gba --ck b40ba9a3c58b2a05bbf0d987b21bf8cb \\',
    `  --ik f769bcd751044604127672711c6d3441 --rand ${RAND} \\`,
    `  --impi ${ALICE} --naf-fqdn cpns.example.org --ua-id ff43504e53`,
  ],
  'cpns calc digest': [
    'cpns calc digest --username Mufasa --realm testrealm@host.com --method GET \\',
    '  --uri /dir/index.html --nonce dcd98b7102dd2f0e8b11d0f600bfb0c093 --qop auth \\',
    '  --nc 00000001 --cnonce 0a4f113b --password 436972636c65204f66204c696665',
  ],
  'cpns calc btid': [`cpns calc btid --rand ${RAND} --bsf bsf.mnc001.mcc001.pub.3gppnetwork.org`],
  'cpns hss': ['cpns hss serve --help'],
  'cpns bsf': ['cpns bsf serve --help'],
  'cpns server': ['cpns server serve --help'],
  'cpns gateway': ['cpns gateway serve --help'],
  'cpns gateway serve': [
    `cpns gateway serve --data ./gateway --entity ${PHONE} --reader pcsc \\`,
    '  --server-url https://cpns.example.org:8443/cpns --bsf-url http://bsf.example.org:8080',
    `cpns gateway serve --data ./gateway --entity ${PHONE} --reader pcsc \\`,
    '  --server-url https://cpns.example.org:8443/cpns \\',
    '  --bsf-url https://bsf.example.org --bsf-ca bsf-ca.pem',
  ],
  'cpns gateway pair': [`cpns gateway pair ${WATCH} --data ./gateway --user alice`],
  'cpns gateway trigger': [`cpns gateway trigger ${WATCH} --data ./gateway --user alice`],
  'cpns pne': ['cpns pne send --data ./watch --to urn:cpns:service:echo hello'],
  'cpns pne await-trigger': ['cpns pne await-trigger --data ./watch --password-file -'],
  'cpns pne login': ['cpns pne login --data ./watch'],
  'cpns pne send': [
    'cpns pne send --data ./watch --to urn:cpns:service:echo hello',
    'cpns pne send --data ./watch --to urn:cpns:service:album --file photo.jpg \\',
    '  --content-type image/jpeg',
  ],
  'cpns pne listen': ['cpns pne listen --data ./watch --count 1 --json'],
  'cpns migrate': ['cpns migrate --data ./server --dry-run', 'cpns migrate --data ./server'],
  'cpns pn': ['cpns pn list --data ./server'],
  'cpns pn list': ['cpns pn list --data ./server --json'],
  'cpns pn show': [`cpns pn show ${PHONE} --data ./server`],
  'cpns app': ['cpns app add --data ./server --service echo'],
  'cpns app add': ['cpns app add --data ./server --service echo --scope send receive'],
  'cpns app list': ['cpns app list --data ./server'],
  'cpns app remove': ['cpns app remove 4f1d2c3b --data ./server'],
  'cpns curl': [
    'cpns curl https://xcap.example.org/resource-lists --data ./gateway \\',
    '  --bsf-url http://bsf.example.org:8080',
    'cpns curl https://xcap.example.org/resource-lists --data ./gateway \\',
    '  --bsf-url https://bsf.example.org --bsf-ca bsf-ca.pem',
  ],
  'cpns entity': ['cpns entity list --data ./server'],
  'cpns entity add': [`cpns entity add ${PHONE} --data ./server --impi ${ALICE}`],
  'cpns entity list': ['cpns entity list --data ./server --json'],
  'cpns entity show': [`cpns entity show ${PHONE} --data ./server`],
  'cpns entity rebind': [`cpns entity rebind ${WATCH} --data ./server --user bob`],
  'cpns entity remove': [`cpns entity remove ${WATCH} --data ./server`],
  'cpns eukey': ['cpns eukey list --data ./server'],
  'cpns eukey list': ['cpns eukey list --data ./server'],
  'cpns eukey show': [`cpns eukey show ${WATCH} --data ./server --json`],
  'cpns eukey remove': [`cpns eukey remove ${WATCH} --data ./server`],
  'cpns key': ['cpns key show --data ./server'],
  'cpns key show': ['cpns key show --data ./server'],
  'cpns user': ['cpns user add alice --data ./server'],
  'cpns user passwd': ['cpns user passwd alice --data ./server'],
  'cpns user list': ['cpns user list --data ./server'],
  'cpns user remove': ['cpns user remove alice --data ./server'],
  'cpns user link': [`cpns user link alice --data ./server --entity ${PHONE}`],
  'cpns session': ['cpns session list --data ./server'],
  'cpns session list': [`cpns session list --data ./server --entity ${PHONE}`],
  'cpns session show': ['cpns session show Zt8kQx3v --data ./server --json'],
  'cpns session end': ['cpns session end Zt8kQx3v --data ./server'],
  'cpns subscriber': ['cpns subscriber list --data ./hss'],
  'cpns subscriber add': [
    `cpns subscriber add --data ./hss --impi ${ALICE} \\`,
    `  --k ${K} --opc ${OPC}`,
    `cpns subscriber add --data ./hss --impi ${BOB} \\`,
    `  --k ${K} --opc ${OPC} --guss settings.xml`,
  ],
  'cpns subscriber change': [
    `cpns subscriber change ${ALICE} --data ./hss --uicc-type GBA --key-lifetime none`,
    `cpns subscriber show ${BOB} --data ./hss --guss > settings.xml`,
    `cpns subscriber change ${BOB} --data ./hss --guss settings.xml`,
  ],
  'cpns subscriber list': ['cpns subscriber list --data ./hss --json'],
  'cpns subscriber show': [
    `cpns subscriber show ${ALICE} --data ./hss`,
    `cpns subscriber show ${BOB} --data ./hss --guss`,
  ],
  'cpns subscriber remove': [`cpns subscriber remove ${ALICE} --data ./hss`],
  'cpns uicc': ['cpns uicc new --imsi 001010000000001 --out ./usim.json'],
  'cpns uicc new': ['cpns uicc new --imsi 001010000000001 --out ./usim.json'],
  'cpns uicc serve': ['cpns uicc serve ./usim.json --vpcd localhost:35963'],
  'cpns uicc apdu': ['cpns uicc apdu --reader software:./usim.json 00a40004023f00'],
  'cpns bench': ['cpns bench aka --seconds 1'],
  'cpns bench aka': ['cpns bench aka --json'],
  'cpns bench ub': ['cpns bench ub --seconds 5'],
  'cpns bench zh': ['cpns bench zh --seconds 5'],
  'cpns bench zn': ['cpns bench zn --seconds 5'],
  'cpns bench connect': ['cpns bench connect --seconds 5'],
  'cpns bench forward': ['cpns bench forward --json'],
  'cpns bench sessions': ['cpns bench sessions --sessions 2000'],
}

/** Puts the examples of a command, and of all below it, under their helps. */
export function addExamples(command: Command, path: readonly string[] = []): Command {
  const own = [...path, command.name()]
  const lines = EXAMPLES[own.join(' ')]
  if (lines !== undefined) {
    command.addHelpText('after', `\nExample:\n${lines.map((line) => `  ${line}`).join('\n')}`)
  }
  for (const sub of command.commands) addExamples(sub, own)
  return command
}

/** Ports to listen on, and peers to reach, each within a few seconds. Issue 6, 3 */
import { connect, createServer } from 'node:net'
import { CpnsError, TransportFailed } from '../../errors/errors.ts'
import { type ConnectDiameterOptions, connectDiameter } from '../diameter/connect-node.ts'
import type { DiameterTarget } from '../diameter/dial-peer.ts'
import type { DiameterPorts } from '../diameter/diameter-node.ts'
import { connectTls, type TlsTarget } from '../tls/connect-tls.ts'
import type { Finding } from './finding.ts'

/** An address. */
export interface Address {
  readonly host: string
  readonly port: number
}

const TIMEOUT_MS = 4000

/**
 * Whether a port can be listened on.
 *
 * @param flag For instance `--listen`. @param ownPin Of the key that our own listener there has, if any.
 */
export async function checkPort(flag: string, at: Address, ownPin?: string): Promise<Finding> {
  const what = `port ${flag} ${at.host}:${at.port}`
  const code = await listenCode(at)
  if (code === undefined) return { what, state: 'ok', found: 'free' }
  if (code !== 'EADDRINUSE') {
    const advice = code === 'EACCES' ? 'take a port above 1023' : 'take an address of this machine'
    return { what, state: 'problem', found: `it cannot be listened on (${code})`, advice }
  }
  const trust = ownPin === undefined ? undefined : ({ kind: 'pin', sha256: ownPin } as const)
  if (trust && (await reach({ ...at, trust })) === undefined) {
    return { what, state: 'ok', found: 'in use by this entity, by its key' }
  }
  if (trust) {
    const advice = 'stop what listens there, or take another port'
    return { what, state: 'problem', found: 'in use by something else', advice }
  }
  const advice = 'if this entity does not run, stop what listens there, or take another port'
  return { what, state: 'warning', found: 'in use', advice }
}

/** Whether there is somebody: TCP, and TLS if there is a `trust`. */
export async function checkReachable(
  name: string,
  target: Address & Partial<Pick<TlsTarget, 'trust' | 'serverName' | 'certificate'>>,
): Promise<Finding> {
  const what = `peer ${name} ${target.host}:${target.port}`
  const reason = await reach(target)
  if (reason !== undefined) return unreachable(what, reason)
  return { what, state: 'ok', found: target.trust ? 'TLS, and it is who it should be' : 'TCP' }
}

/** Whether a Diameter peer takes our CER. RFC 6733 5.3 */
export async function checkDiameterPeer(
  target: DiameterTarget,
  options: Omit<ConnectDiameterOptions, 'targets'> & { readonly applicationId: number },
  ports: Pick<DiameterPorts, 'clock' | 'random'>,
): Promise<Finding> {
  const what = `peer ${target.originHost} ${target.host}:${target.port}`
  let decide: (reason: string | undefined) => void = () => {}
  const decided = new Promise<string | undefined>((resolve) => {
    decide = resolve
  })
  const timer = ports.clock.setTimer(TIMEOUT_MS, () => decide('no answer to CER'))
  const client = connectDiameter(
    { ...options, targets: [target] },
    {
      ...ports,
      log: {
        info: (event) => event === 'diameter-peer-up' && decide(undefined),
        warn: (event, fields) => event === 'diameter-peer-down' && decide(String(fields?.reason)),
        error: () => {},
      },
    },
  )
  const reason = await decided
  timer.cancel()
  await client.close()
  if (reason !== undefined) return unreachable(what, reason)
  return { what, state: 'ok', found: `${target.tls ? 'TLS' : 'TCP'}, and it takes our CER` }
}

function unreachable(what: string, reason: string): Finding {
  const advice = 'look whether it runs, at firewalls, and at the names and keys both sides expect'
  return { what, state: 'problem', found: reason, advice }
}

/** @returns Why not. */
async function reach(
  target: Address & Partial<Pick<TlsTarget, 'trust' | 'serverName' | 'certificate'>>,
): Promise<string | undefined> {
  const { trust } = target
  try {
    const socket = trust
      ? await connectTls({ ...target, trust, timeoutMs: TIMEOUT_MS })
      : await connectTcp(target)
    socket.on('error', () => {}).destroy()
    return undefined
  } catch (error) {
    return error instanceof CpnsError ? error.message : 'unknown cause'
  }
}

function connectTcp({ host, port }: Address) {
  return new Promise<ReturnType<typeof connect>>((resolve, reject) => {
    const fail = (reason: string): void => {
      socket.destroy()
      reject(new TransportFailed(`cannot connect to ${host}:${port} (${reason})`))
    }
    const socket = connect({ host, port, timeout: TIMEOUT_MS })
      .on('error', ({ code = 'unknown cause' }: NodeJS.ErrnoException) => fail(code))
      .once('timeout', () => fail('no answer'))
      .once('connect', () => resolve(socket))
  })
}

/** @returns The code of what stops it. */
function listenCode({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code))
      .listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}

/**
 * One thing changed in a GUSS document, and all else kept as it stands there, also what is not known here: it may
 * be known to another BSF, or to a NAF. TS 29.109 Annex A
 */
import { copyElement } from '../xml/copy-element.ts'
import { formatXml, type XmlOutput } from '../xml/xml-writer.ts'
import { type Guss, gussRootOf } from './guss.ts'

/** What may change; what is absent stays. */
export interface GussChange {
  readonly id?: string
  readonly uiccType?: NonNullable<Guss['uiccType']>
  /** `null`: none, so as the BSF decides. */
  readonly lifeTimeSeconds?: number | null
}

type Attributes = NonNullable<XmlOutput['attributes']>

/**
 * The document with the change. Comments go, and prefixes may be others.
 *
 * @throws {InvalidMessage} As `parseGuss`.
 * @throws {RangeError} If `id` holds what XML does not allow.
 */
export function changeGuss(xml: string, { id, ...bsfInfo }: GussChange): string {
  const root = gussRootOf(xml)
  const { namespace } = root
  const copied = copyElement(root, { home: namespace, namespace })
  const declaration: Attributes = namespace === '' ? [] : [['xmlns', namespace]]
  const attributes = [...declaration, ...withId(copied.attributes ?? [], id)]
  return formatXml({ name: 'guss', attributes, children: withBsfInfo(copied, bsfInfo) })
}

function withId(attributes: Attributes, id: string | undefined): Attributes {
  if (id === undefined) return attributes
  return [['id', id], ...attributes.filter(([name]) => name !== 'id')]
}

/** In the order of the schema: `uiccType`, `lifeTime`, then what else there is. TS 29.109 Annex A */
function withBsfInfo(
  { children = [] }: XmlOutput,
  { uiccType, lifeTimeSeconds }: Omit<GussChange, 'id'>,
): readonly XmlOutput[] {
  if (uiccType === undefined && lifeTimeSeconds === undefined) return children
  const before = children.find(({ name }) => name === 'bsfInfo')
  const inside = before?.children ?? []
  const kept = (name: string) => inside.filter((one) => one.name === name)
  const lifeTime =
    lifeTimeSeconds === undefined ? kept('lifeTime') : leafOf('lifeTime', lifeTimeSeconds)
  const bsfInfo = {
    ...before,
    name: 'bsfInfo',
    children: [
      ...(uiccType === undefined ? kept('uiccType') : leafOf('uiccType', uiccType)),
      ...lifeTime,
      ...inside.filter(({ name }) => name !== 'uiccType' && name !== 'lifeTime'),
    ],
    text: '',
  }
  return [bsfInfo, ...children.filter(({ name }) => name !== 'bsfInfo')]
}

function leafOf(name: string, value: string | number | null): readonly XmlOutput[] {
  return value === null ? [] : [{ name, text: String(value) }]
}

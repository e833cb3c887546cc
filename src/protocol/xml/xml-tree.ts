/**
 * Reads XML into a plain tree, within limits. There is no DTD: no entities but the five of XML itself, nothing that is
 * fetched, nothing that grows. Prefixes of names are left out, and with them everything about namespaces.
 */
import { SaxesParser } from 'saxes'
import { BrokerError } from '../../domain/errors.ts'
import { DEPTH_MAX, tooDeep, tooManyParts, XML_PARTS_MAX } from '../body-limits.ts'

/** One element: its attributes and children by local name, and the text that is not in a child. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
}

interface GrowingElement extends XmlElement {
  readonly attributes: Map<string, string>
  readonly children: GrowingElement[]
  text: string
}

/** How many attributes one element may have. */
const ATTRIBUTES_MAX = 50
/** Prefixes of attributes that say something about the document rather than about the thing. */
const ABOUT_THE_DOCUMENT = /^(xml|xmlns|xsi)(:|$)/

/** Reads a text to the element that is its root. Throws BAD_SYNTAX with the place of the fault. */
export function readXmlTree(text: string): XmlElement {
  const parser = new SaxesParser({ position: true })
  const open: GrowingElement[] = []
  let root: GrowingElement | undefined
  let parts = 0
  let attributes = 0

  function countPart(): void {
    if (++parts > XML_PARTS_MAX) throw tooManyParts(XML_PARTS_MAX, 'elements and attributes')
  }

  parser.on('error', (cause) => {
    throw new BrokerError('BAD_SYNTAX', `The body is not XML: ${cause.message}`, { cause })
  })
  parser.on('doctype', () => {
    throw new BrokerError('BAD_SYNTAX', 'The body has a document type declaration (DOCTYPE), which is never read.')
  })
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding === undefined || /^(utf-8|us-ascii)$/i.test(encoding)) return
    throw new BrokerError('BAD_SYNTAX', `The body says that it is in '${encoding}'; only UTF-8 is read.`)
  })
  parser.on('opentagstart', () => {
    attributes = 0
    if (open.length === DEPTH_MAX) throw tooDeep()
    countPart()
  })
  parser.on('attribute', () => {
    countPart()
    if (++attributes > ATTRIBUTES_MAX) {
      throw new BrokerError('BAD_SYNTAX', `An element of the body has more than ${ATTRIBUTES_MAX} attributes.`)
    }
  })
  parser.on('opentag', ({ name, attributes: given }) => {
    const element: GrowingElement = { name: localName(name), attributes: new Map(), children: [], text: '' }
    for (const [key, value] of Object.entries(given as Record<string, string>)) {
      if (!ABOUT_THE_DOCUMENT.test(key)) element.attributes.set(localName(key), value)
    }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('text', (part) => {
    const element = open.at(-1)
    if (element) element.text += part
  })
  parser.on('cdata', (part) => {
    const element = open.at(-1)
    if (element) element.text += part
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(text).close()
  if (!root) throw new BrokerError('BAD_SYNTAX', 'The body is not XML: it has no root element.')
  return root
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

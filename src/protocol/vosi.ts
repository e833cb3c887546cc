/** The documents of VOSI 1.1, by which the Virtual Observatory learns what a service does and whether it is up. */
import { formatInstant, type Instant } from '../domain/dates.ts'
import type { Link } from './present.ts'

/** What the capabilities of a broker are made of. */
export interface Capabilities {
  readonly link: Link
  /** The identifier of the standard that the broker follows. */
  readonly standardId: string
  /** The values of WWW-Authenticate for those who may say who they are; none where nobody has to. */
  readonly challenges: readonly string[]
}

/** What the availability of a broker is made of. */
export interface Availability {
  readonly available: boolean
  /** Since when it has been up; undefined while it is not. */
  readonly upSince: Instant | undefined
  readonly notes: readonly string[]
}

/** How the VO calls what a challenge asks for (SSO 2.0), by the scheme of the challenge. */
const SECURITY_METHODS: Readonly<Record<string, string>> = {
  basic: 'ivo://ivoa.net/sso#BasicAA',
  bearer: 'ivo://ivoa.net/sso#OAuth',
  ivoa_x509: 'ivo://ivoa.net/sso#tls-with-certificate',
}

/** The capabilities document. */
export function presentCapabilities({ link, standardId, challenges }: Capabilities): string {
  const base = link('')
  const methods = challenges.map((challenge) => SECURITY_METHODS[challenge.split(' ')[0]?.toLowerCase() ?? ''])
  const known = [...new Set(methods)].filter((method) => method !== undefined)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<vosi:capabilities xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0"',
    '    xmlns:vr="http://www.ivoa.net/xml/VOResource/v1.0"',
    '    xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1"',
    '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    ...['capabilities', 'availability'].flatMap((name) =>
      capability(`ivo://ivoa.net/std/VOSI#${name}`, standardInterface('full', `${base}/${name}`)),
    ),
    // An interface has at most one security method, so there is one for each.
    ...capability(
      standardId,
      (known.length > 0 ? known : [undefined]).flatMap((method) => standardInterface('base', base, method)),
    ),
    '  <capability>',
    '    <interface xsi:type="vr:WebBrowser">',
    `      <accessURL use="full">${escape(`${base}/docs`)}</accessURL>`,
    '    </interface>',
    '  </capability>',
    '</vosi:capabilities>',
    '',
  ].join('\n')
}

function capability(standardId: string, interfaces: readonly string[]): string[] {
  return [`  <capability standardID="${escape(standardId)}">`, ...interfaces, '  </capability>']
}

function standardInterface(use: 'full' | 'base', url: string, securityMethod?: string): string[] {
  return [
    '    <interface xsi:type="vs:ParamHTTP" role="std">',
    `      <accessURL use="${use}">${escape(url)}</accessURL>`,
    ...(securityMethod === undefined ? [] : [`      <securityMethod standardID="${escape(securityMethod)}"/>`]),
    '    </interface>',
  ]
}

/** The availability document. */
export function presentAvailability({ available, upSince, notes }: Availability): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<vosi:availability xmlns:vosi="http://www.ivoa.net/xml/VOSIAvailability/v1.0">',
    `  <vosi:available>${available}</vosi:available>`,
    ...(upSince === undefined ? [] : [`  <vosi:upSince>${formatInstant(upSince)}</vosi:upSince>`]),
    ...notes.map((note) => `  <vosi:note>${escape(note)}</vosi:note>`),
    '</vosi:availability>',
    '',
  ].join('\n')
}

/** Text for an XML document; what XML 1.0 cannot express is left out. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presentAvailability, presentCapabilities } from '../../src/protocol/vosi.ts'
import { Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { faultsBySchema } from '../support/xsd.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker()
  api = new Api(broker.url)
})
afterAll(() => broker.close())

const SCHEMAS = {
  'http://www.ivoa.net/xml/VOSICapabilities/v1.0': 'VOSICapabilities-v1.0.xsd',
  'http://www.ivoa.net/xml/VOSIAvailability/v1.0': 'VOSIAvailability-v1.0.xsd',
  'http://www.ivoa.net/xml/VODataService/v1.1': 'VODataService-v1.1.xsd',
}
const EXECUTION_BROKER = 'ivo://ivoa.net/std/ExecutionBroker#execution-1.0'

/** The access URL of a capability as clients of the VO look for it: by its standardID, in an interface of type ParamHTTP. */
function accessUrl(document: string, standardId: string) {
  const capability = document.split('</capability>').find((one) => one.includes(`standardID="${standardId}"`)) ?? ''
  const match = /<interface xsi:type="vs:ParamHTTP" role="std">\s*<accessURL use="(\w+)">([^<]*)</.exec(capability)
  return { use: match?.[1], url: match?.[2] }
}

describe('the capabilities', () => {
  it('are a valid document that says where everything is', async () => {
    const { status, headers, body } = await api.get<string>('/capabilities')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    expect(faultsBySchema(body, SCHEMAS)).toEqual([])
    expect(accessUrl(body, EXECUTION_BROKER)).toEqual({ use: 'base', url: broker.url })
    for (const name of ['capabilities', 'availability']) {
      const url = `${broker.url}/${name}`
      expect(accessUrl(body, `ivo://ivoa.net/std/VOSI#${name}`)).toEqual({ use: 'full', url })
      expect((await api.get(`/${name}`)).status).toBe(200)
    }
    // Nobody has to say who they are here, so no security method is named and nothing is asked for.
    expect(body).not.toContain('securityMethod')
    expect(headers.get('www-authenticate')).toBeNull()
    expect(headers.get('x-vo-authenticated')).toBeNull()
  })
  it('name the ways to say who one is as clients of the VO know them, and stay valid', () => {
    const document = presentCapabilities({
      link: (path) => `https://broker.example/a&b${path}`,
      standardId: EXECUTION_BROKER,
      challenges: ['Basic realm="broker"', 'Bearer realm="broker"', 'ivoa_x509', 'Strange'],
    })
    expect(faultsBySchema(document, SCHEMAS)).toEqual([])
    for (const method of ['BasicAA', 'OAuth', 'tls-with-certificate'])
      expect(document).toContain(`<securityMethod standardID="ivo://ivoa.net/sso#${method}"/>`)
    expect(document).toContain('<accessURL use="base">https://broker.example/a&#38;b</accessURL>')
  })
  it('are told to be faulty when they are, so that this test can fail', () => {
    const document = presentCapabilities({ link: (path) => path, standardId: EXECUTION_BROKER, challenges: [] })
    expect(faultsBySchema(document.replace('use="base"', 'use="nonsense"'), SCHEMAS)).not.toEqual([])
    expect(faultsBySchema(document.replace('vs:ParamHTTP', 'vs:Nothing'), SCHEMAS)).not.toEqual([])
  })
})

describe('the availability', () => {
  it('is a valid document that says since when the broker is up', async () => {
    const { status, headers, body } = await api.get<string>('/availability')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8'])
    expect(faultsBySchema(body, SCHEMAS)).toEqual([])
    expect(body).toContain('<vosi:available>true</vosi:available>')
    const upSince = /<vosi:upSince>([^<]*)</.exec(body)?.[1] as string
    expect(Math.abs(Date.parse(upSince) - Date.now())).toBeLessThan(120_000)
  })
  it('is a valid document that says what is missing when something is', () => {
    const notes = ['database: The <database> is not answering & "gone".\u0000']
    const document = presentAvailability({ available: false, upSince: undefined, notes })
    expect(faultsBySchema(document, SCHEMAS)).toEqual([])
    expect(document).toContain(
      '<vosi:note>database: The &#60;database&#62; is not answering &#38; &#34;gone&#34;.</vosi:note>',
    )
    expect(faultsBySchema(document.replace('false', 'perhaps'), SCHEMAS)).not.toEqual([])
  })
})

describe('both', () => {
  it.each(['/capabilities', '/availability'])('answer HEAD, 304, and no other method: %s', async (path) => {
    const got = await api.get<string>(path)
    const head = await api.send<string>('HEAD', path, undefined, {})
    expect([head.status, head.body, head.headers.get('etag')]).toEqual([200, '', got.headers.get('etag')])
    const tag = got.headers.get('etag') as string
    expect((await fetch(broker.url + path, { headers: { 'If-None-Match': tag } })).status).toBe(304)
    expect((await api.get(path, { Accept: 'image/png' })).status).toBe(200)
    expect((await api.send('POST', path, '', {})).status).toBe(405)
  })
})

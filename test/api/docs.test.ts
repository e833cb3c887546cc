import { load } from 'js-yaml'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Api } from '../support/api.ts'
import { testBroker, type TestBroker } from '../support/broker.ts'
import { chromiumBrowser } from '../support/engines.ts'

let broker: TestBroker
let api: Api
beforeAll(async () => {
  broker = await testBroker({ 'listen.trustedProxies': ['127.0.0.1'], 'listen.forwardedHeader': 'forwarded' })
  api = new Api(broker.url)
})
afterAll(() => broker.close())

interface Document {
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>
}
const FORWARDED = { Forwarded: 'host=broker.example;proto=https' }

describe('the contract', () => {
  it('is one file in both notations, for the address at which it was asked for', async () => {
    const json = await api.get<Document>('/openapi.json')
    const yaml = await api.get<Document>('/openapi.yaml')
    expect(yaml.headers.get('content-type')).toBe('application/yaml; charset=utf-8')
    expect(yaml.body).toEqual(json.body)
    expect(json.body.servers).toEqual([{ url: broker.url }])
    const references = [...JSON.stringify(json.body).matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference)
    expect(references.filter((reference) => !reference?.startsWith('#/components/'))).toEqual([])
  })
  it('names the address that a trusted proxy tells', async () => {
    for (const path of ['/openapi.json', '/openapi.yaml']) {
      const answer = await api.get<Document>(path, FORWARDED)
      expect(answer.body.servers).toEqual([{ url: 'https://broker.example' }])
    }
    const { body } = await api.get<string>('/openapi.yaml', { Accept: 'text/plain' })
    expect(load(JSON.stringify(body))).toBeTruthy()
  })
  it('is not sent again to those who have it', async () => {
    for (const path of ['/openapi.json', '/openapi.yaml', '/docs', '/docs/swagger-ui-bundle.js']) {
      const tag = (await fetch(broker.url + path)).headers.get('etag') as string
      expect((await fetch(broker.url + path, { headers: { 'If-None-Match': tag } })).status).toBe(304)
    }
  })
})

describe('the page', () => {
  it('may load nothing from anywhere else, and runs no script that stands in it', async () => {
    const { headers, body } = await api.get<string>('/docs')
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const urls = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url as string)
    expect(urls.filter((url) => !url.startsWith(broker.url) && !url.startsWith('data:'))).toEqual([])
    expect(body).not.toMatch(/<script>|<style|onload=/)
  })

  const browser = chromiumBrowser()
  it.skipIf(browser.missing)(
    'shows every operation in a browser, which asks nobody else and complains of nothing',
    { timeout: 90_000 },
    async () => {
      const running = await chromium.launch({
        executablePath: browser.address as string,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      })
      try {
        const page = await running.newPage({ viewport: { width: 1200, height: 1600 } })
        const complaints: string[] = []
        const asked: string[] = []
        page.on('console', (said) => {
          if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text())
        })
        page.on('pageerror', (error) => complaints.push(error.message))
        page.on('request', (request) => asked.push(request.url()))
        await page.goto(`${broker.url}/docs`)
        const { body } = await api.get<Document>('/openapi.json')
        const operations = Object.values(body.paths)
          .flatMap((path) => Object.values(path))
          .filter(({ operationId }) => operationId)
        await page
          .locator('.opblock')
          .nth(operations.length - 1)
          .waitFor({ timeout: 60_000 })
        expect(await page.locator('.opblock').count()).toBe(operations.length)
        await page.locator('.opblock-summary').first().click()
        await page.locator('.opblock-body').first().waitFor()
        if (process.env.BROKER_TEST_SCREENSHOT) await page.screenshot({ path: process.env.BROKER_TEST_SCREENSHOT })
        expect(asked.filter((url) => !url.startsWith(broker.url) && !url.startsWith('data:'))).toEqual([])
        expect(complaints).toEqual([])
      } finally {
        await running.close()
      }
    },
  )
})

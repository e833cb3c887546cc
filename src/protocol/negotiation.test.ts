import { describe, expect, it } from 'vitest'
import { BrokerError } from '../domain/errors.ts'
import { negotiate, negotiateProblem } from './negotiation.ts'
import { notationOf } from './notation.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

describe('what is answered in', () => {
  it.each([
    [undefined, 'application/json'],
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/json'],
    ['application/yaml', 'application/yaml'],
    ['application/x-yaml', 'application/x-yaml'],
    ['text/yaml', 'text/yaml'],
    ['text/xml', 'text/xml'],
    ['application/xml', 'application/xml'],
    ['APPLICATION/YAML', 'application/yaml'],
    ['application/json;charset=UTF-8', 'application/json'],
    ['application/json; version=1; q=0.5, application/yaml;q=0.4', 'application/json'],
    ['application/json;q=0.1, application/xml;q=0.2', 'application/xml'],
    ['application/json;q=0, */*', 'application/yaml'],
    ['application/yaml, */*;q=0.1', 'application/yaml'],
    ['application/yaml, application/json', 'application/yaml'],
    ['application/json, application/yaml', 'application/json'],
    ['application/problem+json', 'application/json'],
    ['application/vnd.example+yaml', 'application/yaml'],
    ['application/problem+xml', 'application/xml'],
    ['image/png, application/yaml;q=0.1', 'application/yaml'],
    [BROWSER, 'application/xml'],
  ])('%s: %s', (accept, mediaType) => {
    expect(negotiate(accept, 'json').mediaType).toBe(mediaType)
  })
  it.each([
    [undefined, 'application/yaml'],
    ['*/*', 'application/yaml'],
    ['application/*', 'application/yaml'],
    ['application/json', 'application/json'],
    ['application/json, application/yaml', 'application/yaml'],
    ['application/json, application/yaml;q=0.9', 'application/json'],
    ['application/xml', 'application/xml'],
  ])('%s: %s, when the draft is followed to the letter', (accept, mediaType) => {
    expect(negotiate(accept, 'yaml').mediaType).toBe(mediaType)
  })
  it.each(['image/png', 'application/json;q=0', 'image/svg+xml', 'text/html', 'nonsense', 'text/plain'])(
    '%s: nothing, and the possible types are named',
    (accept) => {
      expect(() => negotiate(accept, 'json')).toThrow('application/json, application/yaml, application/xml')
      expect(() => negotiate(accept, 'json')).toThrow(BrokerError)
    },
  )
})

describe('what a failure is answered in', () => {
  it.each([
    [undefined, 'json'],
    ['application/xml', 'xml'],
    ['text/yaml', 'yaml'],
    ['text/plain', undefined],
    ['text/plain, */*;q=0.1', undefined],
    ['*/*', 'json'],
    ['image/png', 'json'],
    ['application/problem+yaml', 'yaml'],
  ])('%s: %s', (accept, name) => {
    expect(negotiateProblem(accept, 'json')?.name).toBe(name)
  })
})

describe('what a body is in', () => {
  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['application/vnd.example+json', 'json'],
    ['Text/X-YAML', 'yaml'],
    ['application/soap+xml', 'xml'],
    ['text/xml', 'xml'],
    ['text/plain', undefined],
    ['application/x-www-form-urlencoded', undefined],
    ['json', undefined],
  ])('%s: %s', (contentType, name) => {
    expect(notationOf(contentType)?.name).toBe(name)
  })
})

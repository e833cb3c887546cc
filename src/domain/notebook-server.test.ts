import { describe, expect, it } from 'vitest'
import { configurationOf, wayIn } from './notebook-server.ts'

describe('the token of a server', () => {
  it('is told to every version of Jupyter Server', () => {
    expect(JSON.parse(configurationOf('secret'))).toEqual({
      ServerApp: { token: 'secret', root_dir: '/notebook' },
      IdentityProvider: { token: 'secret' },
    })
  })
  it('is a part of the URL for who may enter', () => {
    expect(wayIn('http://[::1]:8888/lab/tree/a%20b.ipynb', '0f')).toBe(
      'http://[::1]:8888/lab/tree/a%20b.ipynb?token=0f',
    )
  })
})

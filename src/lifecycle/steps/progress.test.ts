import { describe, expect, it } from 'vitest'
import { message } from '../../domain/message.ts'
import { Progress } from './progress.ts'

const pulling = (progress: string) => message('image-progress', 0, { image: 'x', progress })

describe('progress', () => {
  it('is said in order, and what cannot be said neither ends the process nor keeps the rest from being said', async () => {
    const said: string[] = []
    const progress = new Progress(async ({ values }) => {
      if (values.progress === 'two') throw new Error('the database is away')
      said.push(String(values.progress))
    })
    for (const text of ['one', 'two', 'three']) {
      progress.say(pulling(text))
      // An unhandled rejection is raised once everything that is due has had its turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
    await progress.said()
    expect(said).toEqual(['one', 'three'])
  })
  it('that is overtaken while another is said is left out, however much there is', async () => {
    const said: string[] = []
    let go = () => {}
    const progress = new Progress(async ({ values }) => {
      said.push(String(values.progress))
      await new Promise<void>((resolve) => (go = resolve))
    })
    for (let count = 1; count <= 10_000; count++) progress.say(pulling(`${count}`))
    go()
    await new Promise((resolve) => setImmediate(resolve))
    go()
    await progress.said()
    expect(said).toEqual(['1', '10000'])
  })
})

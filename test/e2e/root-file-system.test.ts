/** Limits on what programs write outside of their volumes, on real engines: measured, enforced, and said in the offer. */
import { expect, it } from 'vitest'
import { messageNames } from '../support/api.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { engineSetting } from '../support/engine-setting.ts'

describeOnEngines('the root file system of a program', ({ address }) => {
  it(
    'holds no more than the site allows, and the program that writes more is ended',
    { timeout: 240_000 },
    async () => {
      const platforms = [{ ...enginePlatform(address), rootSize: 1 }]
      const setting = await engineSetting(address, {}, { platforms, 'execution.measureRootEvery': 'PT1S' })
      try {
        const { api, image } = setting
        // The second one writes nothing and is not ended.
        const [much, little] = [
          'dd if=/dev/zero of=/tmp/much bs=1M count=1100 2>/dev/null; sleep 1000',
          'echo little > /tmp/little; sleep 1000',
        ].map((script) => scriptRequest(image.location, script))
        const [offer] = (await api.offers(much ?? {})).offers ?? []
        expect(offer?.executable && messageNames(offer.executable)).toContain('root-measured')
        const [first, second] = [await api.run(much ?? {}), await api.run(little ?? {})]
        const ended = await api.ends(first)
        expect(ended.phase).toBe('FAILED')
        expect(messageNames(ended.executable)).toContain('root-exceeded')
        expect((await api.execution(second)).phase).toBe('AVAILABLE')
        await api.setPhase(second, 'CANCELLED')
        await api.ends(second)
      } finally {
        await setting.close()
      }
    },
  )
})

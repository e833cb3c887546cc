/** Limits on what programs write outside of their volumes, on real engines: measured, enforced, and said in the offer. */
import { expect, it } from 'vitest'
import { messageNames } from '../support/api.ts'
import { describeOnEngines } from '../support/docker-platform.ts'
import { enginePlatform, scriptRequest } from '../support/engine-requests.ts'
import { engineSetting } from '../support/engine-setting.ts'
import { testImage } from '../support/images.ts'

describeOnEngines('the root file system of a program', ({ address }) => {
  it('and volumes of its image hold no more than the site allows', { timeout: 240_000 }, async () => {
    const platforms = [{ ...enginePlatform(address), rootSize: 1 }]
    const setting = await engineSetting(address, {}, { platforms, 'execution.measureRootEvery': 'PT1S' })
    const withVolume = await testImage(address, ['VOLUME /own'])
    try {
      const { api, image } = setting
      const much = (path: string) => `dd if=/dev/zero of=${path} bs=1M count=1100 2>/dev/null; sleep 1000`
      const root = scriptRequest(image.location, much('/tmp/much'))
      const [offer] = (await api.offers(root)).offers ?? []
      expect(offer?.executable && messageNames(offer.executable)).toContain('root-measured')
      const runs = [
        await api.run(root),
        await api.run(scriptRequest(withVolume.location, much('/own/much'))),
        await api.run(scriptRequest(withVolume.location, 'echo little > /own/little; sleep 1000')),
      ]
      for (const uuid of runs.slice(0, 2)) {
        const ended = await api.ends(uuid)
        expect(ended.phase).toBe('FAILED')
        expect(messageNames(ended.executable)).toContain('root-exceeded')
      }
      // The last one writes next to nothing and is not ended.
      const quiet = runs.at(-1) ?? ''
      expect((await api.execution(quiet)).phase).toBe('AVAILABLE')
      await api.setPhase(quiet, 'CANCELLED')
      await api.ends(quiet)
    } finally {
      await setting.close()
      await withVolume.remove()
    }
  })
})

import { describeOnEngines, dockerPlatform, executableOf, testBrokerId } from '../../../test/support/docker-platform.ts'
import { testImage } from '../../../test/support/images.ts'
import type { Behaviour } from '../../../test/support/platform-trial.ts'
import { platformConformance } from '../conformance.ts'

describeOnEngines('the docker adapter', ({ name, address }) => {
  // Podman publishes nothing where programs may not reach out.
  const network = name === 'Podman' ? 'bridge' : 'none'
  const connecting = { network, publish: { address: '127.0.0.1', host: '127.0.0.1' } } as const
  platformConformance(name, async () => {
    const image = await testImage(address)
    const brokerId = testBrokerId()
    const open = () => dockerPlatform(address, { brokerId, ...connecting })
    const asked = open()
    const { product } = await asked.probe()
    await asked.close()
    return {
      open,
      tellsOutOfMemory: !product.startsWith('Podman 4.'),
      executable: executableOf(image.location),
      missing: executableOf('127.0.0.1:1/nowhere/image:1'),
      program,
      noProgram: { entrypoint: '/bin/no-such-program', command: [], environment: {} },
      cannot: {},
      close: () => image.remove(),
    }
  })
})

/** A program as a script for the shell of the test image. */
function program(behaviour: Behaviour) {
  const { stdout = [], stderr = [], reads, writes, seconds, exitCode = 0, ignoresTerm, takesTooMuchMemory } = behaviour
  const { serves } = behaviour
  const script = [
    ...(ignoresTerm ? [`trap '' TERM`] : []),
    ...stdout.map((line) => `echo '${line}'`),
    ...stderr.map((line) => `echo '${line}' >&2`),
    ...(reads ? [`cat '${reads}' || exit 1`] : []),
    ...(writes ? [`echo result > '${writes}' || exit 1`] : []),
    ...(takesTooMuchMemory ? ['exec tail /dev/zero'] : []),
    ...(serves ? [`exec httpd -f -p ${serves} -h /prepared`] : []),
    ...(seconds ? [`sleep ${seconds}`] : []),
    `exit ${exitCode}`,
  ]
  return { entrypoint: '/bin/sh', command: ['-c', script.join('\n')], environment: {} }
}

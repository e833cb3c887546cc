/** A broker on one real engine with all that a test of it needs: a client, data, an image, and an outsider's look. */
import type { PlatformFacts } from '../../src/platforms/platform.ts'
import { Api } from './api.ts'
import { testBroker } from './broker.ts'
import { startDataServer, type DataServer } from './data-server.ts'
import { dockerPlatform } from './docker-platform.ts'
import { enginePlatform } from './engine-requests.ts'
import { EngineTraces } from './engine-traces.ts'
import { testImage, type TestImage } from './images.ts'

export interface EngineSetting {
  readonly api: Api
  readonly data: DataServer
  readonly image: TestImage
  readonly traces: EngineTraces
  /** The engine as a platform says what it is. */
  platform(): Promise<PlatformFacts>
  /** Ends everything and leaves nothing behind. */
  close(): Promise<void>
}

/** Starts it on the engine at a socket; `pool` and `options` change the one pool and the configuration. */
export async function engineSetting(
  address: string,
  pool: Record<string, unknown> = {},
  options: Record<string, unknown> = {},
): Promise<EngineSetting> {
  const image = await testImage(address)
  const data = await startDataServer()
  const traces = await EngineTraces.of(address)
  const broker = await testBroker({ platforms: [enginePlatform(address, pool)], ...options })
  return {
    api: new Api(broker.url),
    data,
    image,
    traces,
    platform: async () => {
      const asked = dockerPlatform(address)
      return asked.probe().finally(() => asked.close())
    },
    close: async () => {
      await broker.close()
      await traces.close()
      await data.close()
      await image.remove()
    },
  }
}

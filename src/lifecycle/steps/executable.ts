/** The executable: its image is there. It stays on the platform for the next execution. */
import { message } from '../../domain/message.ts'
import { Progress } from './progress.ts'
import type { Step } from './step.ts'

/** How often the progress of a pull is said, in milliseconds. */
const PROGRESS_MS = 1_000

export const executableStep: Step = {
  async prepare({ execution, platform, signal, say }, { clock }) {
    const { spec } = execution.plan.executable
    const [image = ''] = spec.image.locations
    let saidAt = Number.NEGATIVE_INFINITY
    const progress = new Progress(say)
    const tell = (text: string) => {
      if (clock.now() - saidAt < PROGRESS_MS) return
      saidAt = clock.now()
      progress.say(message('image-progress', clock.now(), { image, progress: text }))
    }
    const imageId = await platform.prepareImage(spec, tell, signal)
    await progress.said()
    return { imageId }
  },
  async release() {
    return {}
  },
}

/** How a volume of the broker is mounted in a container. */
import type { VolumeRef } from '../platform.ts'
import type { Marks } from './marks.ts'

/**
 * The mount as Docker takes it. A volume that is not there is made by the engine: it was there when it was looked for,
 * but a worker that was away for longer than its lease may be late. The labels let such a volume be found and removed.
 */
export function volumeMount(marks: Marks, volume: VolumeRef, target: string, readOnly = false): object {
  const { name, labels } = marks.volume(volume)
  return {
    Type: 'volume',
    Source: name,
    Target: target,
    ReadOnly: readOnly,
    VolumeOptions: { NoCopy: true, Labels: labels },
  }
}

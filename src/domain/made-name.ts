/** Names for what a client gave none, so that a person can find it in a list. Pure. */
import type { Executable, ExecutionRequest } from './execution-request.ts'
import { parseReference } from './image-reference.ts'

/** So long that a name with a number behind it still is one that a client could have chosen. */
const LENGTH_MAX = 150

/** A name made from what is to be run: that of the executable, or else the file of the notebook or the image. */
export function madeName({ executable }: Pick<ExecutionRequest, 'executable'>): string {
  return (executable.name ?? lastPart(executable)).slice(0, LENGTH_MAX)
}

/** The name of one of several offers that have no other, by its place among them, counted from 0. */
export const offerName = (made: string, position: number): string => `${made}-offer-${position + 1}`

function lastPart(executable: Executable): string {
  const [location = ''] = executable.image.locations
  const path =
    executable.type === 'jupyter-notebook' ? pathOf(executable.location) : parseReference(location)?.repository
  return path?.split('/').findLast((part) => part !== '') ?? 'execution'
}

/** The path of a URL in plain text. */
function pathOf(location: string): string {
  const { pathname } = new URL(location)
  try {
    return decodeURIComponent(pathname)
  } catch {
    // A percent sign that encodes nothing: the path is shown as it is.
    return pathname
  }
}

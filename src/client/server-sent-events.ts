/** Reads a `text/event-stream` (HTML Living Standard, section 9.2). */

export interface ServerSentEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/** The events of an answer, as they arrive. Comments are passed over. */
export async function* readEvents(response: Response): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) yield parseBlock(block)
  }
}

function parseBlock(block: string): ServerSentEvent {
  const lines = block.split('\n').map((line) => /^([^:]*)(?:: ?(.*))?$/s.exec(line))
  const field = (name: string) => lines.filter((line) => line?.[1] === name).map((line) => line?.[2] ?? '')
  return { id: field('id').at(-1), event: field('event').at(-1) ?? 'message', data: field('data').join('\n') }
}

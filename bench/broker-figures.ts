/** What a broker says of itself to operators. */
import type { Pool } from 'undici'

/** One figure by its whole name, such as `broker_executions_ended_total{phase="COMPLETED"}`; 0 when there is none yet. */
export async function brokerFigure(client: Pool, name: string): Promise<number> {
  const { body } = await client.request({ method: 'GET', path: '/metrics' })
  const line = (await body.text()).split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

/** The processor time that the broker's process has used, in milliseconds. */
export const processorMs = async (client: Pool) => (await brokerFigure(client, 'process_cpu_seconds_total')) * 1_000

/** A key of the configuration that is a duration. */
export const duration = (description: string, value: string) =>
  ({ type: 'string', format: 'broker-duration', default: value, description }) as const

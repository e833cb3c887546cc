/** Which fields a data resource has to have, by its kind. The contract leaves them open, so that a template can, too. */
import type { Schemas } from './contract.ts'
import { KIND } from './kinds.ts'
import { textOf } from './read-meta.ts'

/** A field that is missing: its path within the resource, and what it would say. */
export interface MissingField {
  readonly path: string
  readonly what: string
}

/** The fields that a data resource lacks. */
export function missingFields(wire: Schemas['DataResource']): MissingField[] {
  return requiredFields(wire)
    .filter(([, , value]) => textOf(value) === undefined)
    .map(([path, what]) => ({ path, what }))
}

type Field = readonly [path: string, what: string, value: string | undefined]

function requiredFields(wire: Schemas['DataResource']): Field[] {
  switch (wire.kind) {
    case KIND.simpleData:
      return [['location', 'an http or https URL', wire.location]]
    case KIND.s3Data:
      return [
        ['endpoint', 'the URL of the S3 service', wire.endpoint],
        ['bucket', 'the name of a bucket', wire.bucket],
      ]
    case KIND.rucioData:
      return [
        ['rucio/scope', 'a scope', wire.rucio?.scope],
        ['rucio/object', 'a name within the scope', wire.rucio?.object],
      ]
    case KIND.ivoaData:
      return [['ivoa/ivoid', 'an identifier such as ivo://authority/path?key', wire.ivoa?.ivoid]]
    case KIND.skaoData:
      return [
        ['skao/namespace', 'a namespace', wire.skao?.namespace],
        ['skao/objectname', 'a name within the namespace', wire.skao?.objectname],
      ]
  }
}

/** The `kind`s of the standard, in the spelling of the published v1.0 schema. They are names and never fetched. */

const KINDS = 'https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds'

export const KIND = {
  offerSet: `${KINDS}/offerset/execution-offerset.yaml`,
  execution: `${KINDS}/execution/simple-execution.yaml`,
  dockerContainer: `${KINDS}/executable/docker-container.yaml`,
  simpleCompute: `${KINDS}/compute/simple-compute-resource.yaml`,
  simpleVolumeMount: `${KINDS}/volume/simple-volume-mount.yaml`,
  simpleStorage: `${KINDS}/storage/simple-storage-resource.yaml`,
  simpleData: `${KINDS}/data/simple-data-resource.yaml`,
  enumOption: 'uri:enum-value-option',
  stringOption: 'uri:string-value-option',
  enumUpdate: 'uri:enum-value-update',
  stringUpdate: 'uri:string-value-update',
} as const

/** The name of a message on the wire. */
export const messageUrn = (name: string) => `urn:ivoa:execution-broker:message:${name}`

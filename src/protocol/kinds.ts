/** The `kind`s of the standard, in the spelling of the published v1.0 schema. They are names and never fetched. */

const KINDS = 'https://www.purl.org/ivoa.net/Calycopis-openapi/schema/v1.0/kinds'

export const KIND = {
  offerSet: `${KINDS}/offerset/execution-offerset.yaml`,
  execution: `${KINDS}/execution/simple-execution.yaml`,
  simpleSession: `${KINDS}/session/simple-execution-session.yaml`,
  scheduledSession: `${KINDS}/session/scheduled-execution-session.yaml`,
  dockerContainer: `${KINDS}/executable/docker-container.yaml`,
  singularityContainer: `${KINDS}/executable/singularity-container.yaml`,
  jupyterNotebook: `${KINDS}/executable/jupyter-notebook.yaml`,
  simpleCompute: `${KINDS}/compute/simple-compute-resource.yaml`,
  simpleVolumeMount: `${KINDS}/volume/simple-volume-mount.yaml`,
  simpleStorage: `${KINDS}/storage/simple-storage-resource.yaml`,
  simpleData: `${KINDS}/data/simple-data-resource.yaml`,
  s3Data: `${KINDS}/data/S3-data-resource.yaml`,
  rucioData: `${KINDS}/data/rucio-data-resource.yaml`,
  ivoaData: `${KINDS}/data/ivoa-data-resource.yaml`,
  skaoData: `${KINDS}/data/skao-data-resource.yaml`,
  simpleCost: `${KINDS}/costs/simple-minmax-float-cost.yaml`,
  abstractCost: `${KINDS}/costs/abstract-cost-item.yaml`,
  simpleMetric: `${KINDS}/metrics/simple-minmax-float-metric.yaml`,
  abstractMetric: `${KINDS}/metrics/abstract-metric-item.yaml`,
  stringOption: 'uri:string-value-option',
  enumOption: 'uri:enum-value-option',
  integerOption: 'uri:integer-value-option',
  deltaOption: 'uri:integer-delta-option',
  stringUpdate: 'uri:string-value-update',
  enumUpdate: 'uri:enum-value-update',
  integerUpdate: 'uri:integer-value-update',
  deltaUpdate: 'uri:integer-delta-update',
} as const

/** The word for a kind in a sentence: the last part of its name. */
export const shortKind = (kind: string) => kind.replace(/^.*\//, '').replace(/\.yaml$/, '')

/** The name of a message on the wire. */
export const messageUrn = (name: string) => `urn:ivoa:execution-broker:message:${name}`

/** Validates XML documents by the schemas of the IVOA in test/fixtures/xsd. */
import { fileURLToPath } from 'node:url'
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm'
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs'

const FOLDER = new URL('../fixtures/xsd/', import.meta.url)

/** The faults of a document by schemas, each a namespace and the file that describes it; none when it is valid. */
export function faultsBySchema(document: string, schemas: Readonly<Record<string, string>>): string[] {
  xmlRegisterFsInputProviders()
  // One schema that imports all, because types of one may stand in documents of another.
  const imports = Object.entries(schemas).map(
    ([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`,
  )
  const all = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports.join('')}</xs:schema>`
  using schema = XmlDocument.fromString(all, { url: fileURLToPath(new URL('all.xsd', FOLDER)) })
  using validator = XsdValidator.fromDoc(schema)
  using parsed = XmlDocument.fromString(document)
  try {
    validator.validate(parsed)
    return []
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error
    return error.details.map(({ line, message }) => `line ${line}: ${message.trim()}`)
  }
}

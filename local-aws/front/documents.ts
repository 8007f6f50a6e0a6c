import { operationOf } from './actions';
import { Refusal } from './automation/refusal';
import { readRunbook } from './automation/runbook';
import { failure, jsonAnswer } from './errors';
import type { WireRequest, WireResponse } from '../wire';

export interface Document {
  readonly Name: string;
  readonly Content: string;
  readonly DocumentType: string;
  readonly DocumentVersion: string;
}

/** A document with its versions, of which one is the default. */
interface Versions {
  readonly all: readonly Document[];
  readonly standard: string;
}

/** Documents of AWS Systems Manager, of which the engine knows nothing. */
export class Documents {
  private readonly documents = new Map<string, Versions>();

  /** Without a version, the default one. */
  find(home: string, name: string, version = '$DEFAULT'): Document | undefined {
    const known = this.documents.get(`${home}/${name}`);
    const number = version === '$DEFAULT' ? known?.standard : version === '$LATEST' ? String(known?.all.length) : version;
    return known?.all.find(({ DocumentVersion }) => DocumentVersion === number);
  }

  /** Undefined for an operation that is not about documents. */
  answer(request: WireRequest, home: string): WireResponse | undefined {
    const operation = operationOf(request);
    if (!operation || !/^(?:(?:Create|Update|Delete|Get|Describe)Document|UpdateDocumentDefaultVersion)$/.test(operation)) {
      return undefined;
    }
    try {
      return jsonAnswer(this.perform(operation, home, JSON.parse(request.body.toString()) as Document));
    } catch (error) {
      if (error instanceof Refusal) {
        return failure('ssm', error.code, error.message, 400);
      }
      throw error;
    }
  }

  private perform(operation: string, home: string, input: Document): object {
    const key = `${home}/${input.Name}`;
    const known = this.documents.get(key);
    if (operation === 'CreateDocument') {
      if (known) {
        throw new Refusal('DocumentAlreadyExists', `Document with same name ${input.Name} already exists`);
      }
      return this.write(key, { all: [], standard: '1' }, input);
    }
    if (!known) {
      throw new Refusal('InvalidDocument', `Document with name ${input.Name} does not exist.`);
    }
    if (operation === 'UpdateDocument') {
      return this.write(key, known, { ...known.all[0], Content: input.Content });
    }
    if (operation === 'DeleteDocument') {
      return { deleted: this.documents.delete(key) };
    }
    const document = this.find(home, input.Name, input.DocumentVersion);
    if (!document) {
      throw new Refusal('InvalidDocumentVersion', `Document version ${input.DocumentVersion} of ${input.Name} does not exist.`);
    }
    if (operation === 'UpdateDocumentDefaultVersion') {
      this.documents.set(key, { ...known, standard: document.DocumentVersion });
      return { Description: { Name: document.Name, DefaultVersion: document.DocumentVersion } };
    }
    return operation === 'GetDocument' ? { ...document, Status: 'Active', DocumentFormat: 'JSON' } : { Document: describe(document, known) };
  }

  private write(key: string, { all, standard }: Versions, { Name, Content, DocumentType }: Document): object {
    if (DocumentType === 'Automation') {
      readRunbook(Content);
    }
    const document = { Name, Content, DocumentType, DocumentVersion: String(all.length + 1) };
    const versions = { all: [...all, document], standard };
    this.documents.set(key, versions);
    return { DocumentDescription: describe(document, versions) };
  }
}

interface Content {
  readonly schemaVersion?: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, { readonly type: string; readonly description?: string; readonly default?: unknown }>>;
}

function describe({ Content, ...description }: Document, { all, standard }: Versions) {
  const { description: Description, parameters = {}, schemaVersion: SchemaVersion } = JSON.parse(Content) as Content;
  return {
    ...description,
    Description,
    SchemaVersion,
    Parameters: Object.entries(parameters).map(([Name, parameter]) => ({
      Name,
      Type: parameter.type,
      Description: parameter.description,
      DefaultValue: asText(parameter.default),
    })),
    Status: 'Active',
    DocumentFormat: 'JSON',
    DefaultVersion: standard,
    LatestVersion: String(all.length),
  };
}

function asText(value: unknown) {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

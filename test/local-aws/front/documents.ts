import { operationOf } from './actions';
import { failure } from './errors';
import type { WireRequest, WireResponse } from '../wire';

interface Document {
  readonly Name: string;
  readonly Content: string;
  readonly DocumentType: string;
  readonly DocumentVersion: string;
}

/** Documents of AWS Systems Manager, of which the engine knows nothing. */
export class Documents {
  private readonly documents = new Map<string, Document>();

  /** Undefined for an operation that is not about documents. */
  answer(request: WireRequest, home: string): WireResponse | undefined {
    const operation = operationOf(request);
    if (!operation || !/^(Create|Update|Delete|Get|Describe)Document$/.test(operation)) {
      return undefined;
    }
    const input = JSON.parse(request.body.toString()) as Document;
    const key = `${home}/${input.Name}`;
    const document = this.documents.get(key);
    if (operation === 'CreateDocument') {
      return document ? failure('ssm', 'DocumentAlreadyExists', `Document with same name ${input.Name} already exists`, 400) : this.write(key, input, 1);
    }
    if (!document) {
      return failure('ssm', 'InvalidDocument', `Document with name ${input.Name} does not exist.`, 400);
    }
    if (operation === 'UpdateDocument') {
      return this.write(key, { ...document, Content: input.Content }, Number(document.DocumentVersion) + 1);
    }
    if (operation === 'DeleteDocument') {
      this.documents.delete(key);
      return ok({});
    }
    return ok(operation === 'GetDocument' ? { ...document, Status: 'Active' } : { Document: describe(document) });
  }

  private write(key: string, { Name, Content, DocumentType }: Document, version: number): WireResponse {
    const document = { Name, Content, DocumentType, DocumentVersion: String(version) };
    this.documents.set(key, document);
    return ok({ DocumentDescription: describe(document) });
  }
}

function describe({ Content, ...description }: Document) {
  return { ...description, Status: 'Active', DocumentFormat: 'JSON' };
}

function ok(body: object): WireResponse {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

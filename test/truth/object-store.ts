import type { WireRequest, WireResponse } from '../../local-aws/wire';

/** What a sweep needs of S3, in one process: objects of one bucket, by path-style requests. */
export class ObjectStore {
  /** `PutObject`, `GetObject` or `ListObjectsV2`: the SDK says so itself, except for lists. */
  static operationOf({ url }: WireRequest): string {
    const parameters = new URL(url, 'http://local').searchParams;
    return parameters.get('x-id') ?? 'ListObjectsV2';
  }

  readonly objects = new Map<string, string>();

  answer({ method, url, body, headers }: WireRequest): WireResponse {
    const { pathname, searchParams } = new URL(url, 'http://local');
    const key = decodeURIComponent(pathname).split('/').slice(2).join('/');
    if (method === 'PUT' && headers['if-none-match'] === '*' && this.objects.has(key)) {
      return s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
    if (method === 'PUT') {
      this.objects.set(key, body.toString());
      return ok('');
    }
    return key === '' ? this.list(searchParams.get('prefix') ?? '', searchParams.get('continuation-token') ?? '') : this.get(key);
  }

  json<T>(key: string): T {
    return JSON.parse(this.objects.get(key)!) as T;
  }

  private get(key: string): WireResponse {
    const object = this.objects.get(key);
    return object === undefined ? s3Error(404, 'NoSuchKey', 'The specified key does not exist.') : ok(object);
  }

  /** One key a page: whoever forgets to read on does not get far. */
  private list(prefix: string, after: string): WireResponse {
    const [key, next] = [...this.objects.keys()].filter((candidate) => candidate.startsWith(prefix) && candidate > after).sort();
    const contents = key === undefined ? '' : `<Contents><Key>${key}</Key></Contents>`;
    const token = next === undefined ? '' : `<NextContinuationToken>${key}</NextContinuationToken>`;
    return ok(`<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${contents}${token}</ListBucketResult>`);
  }
}

const ok = (body: string): WireResponse => ({ status: 200, headers: { 'content-type': 'application/xml' }, body });

function s3Error(status: number, code: string, message: string): WireResponse {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

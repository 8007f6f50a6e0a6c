import { randomUUID } from 'node:crypto';
import { actionOf, Call, Input } from './call';
import { accessDenied, AwsError } from './errors';
import { deniesEverybody, FakeResource } from './locked-resources';
import { Organization } from './organization';
import { rootDenial } from './service-control-policies';
import { WireRequest, WireResponse } from '../wire';

/** Amazon S3's REST protocol in path style, as far as the policies of buckets go. What else there is has a name only, so that it can be denied. */
export function readS3({ method, url, headers, body }: WireRequest): { operation: string; input: Input } {
  const { pathname, searchParams: query } = new URL(url, 'http://local');
  const [bucket, key] = pathname.slice(1).split('/', 2).map(decodeURIComponent);
  const owner = headers['x-amz-expected-bucket-owner'];
  return {
    operation: operationOf(method, query, bucket, key),
    input: {
      Bucket: bucket || undefined,
      Policy: method === 'PUT' ? body.toString() : undefined,
      ExpectedBucketOwner: owner === undefined ? undefined : String(owner),
      MaxBuckets: query.get('max-buckets') ?? undefined,
      Prefix: query.get('prefix') ?? undefined,
      BucketRegion: query.get('bucket-region') ?? undefined,
      ContinuationToken: query.get('continuation-token') ?? undefined,
    },
  };
}

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' };

const OF_BUCKETS: Readonly<Record<string, string>> = { HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' };

function operationOf(method: string, query: URLSearchParams, bucket: string, key = ''): string {
  if (!bucket) return 'ListBuckets';
  if (key) return `${VERBS[method] ?? 'Head'}Object`;
  if (query.has('policy')) return `${VERBS[method]}BucketPolicy`;
  if (query.has('location')) return 'GetBucketLocation';
  const isOfBucket = [...query.keys()].every((name) => name === 'x-id');
  return isOfBucket && OF_BUCKETS[method] || 'ListObjects';
}

/** IAM's names differ from those of the operations. */
const ACTIONS: Readonly<Record<string, string>> = { ListBuckets: 's3:ListAllMyBuckets', ListObjects: 's3:ListBucket', HeadBucket: 's3:ListBucket' };

export async function answerS3(call: Call, organization: Organization): Promise<WireResponse> {
  const { operation, caller, input } = call;
  const action = ACTIONS[operation] ?? actionOf(call);
  const resource = input.Bucket ? `arn:aws:s3:::${input.Bucket}` : '*';
  const denial = caller.taskPolicy && await rootDenial(organization, caller, action, resource, { 'aws:RequestedRegion': call.region });
  if (denial) throw accessDenied(denial);
  if (operation === 'ListBuckets') return listBuckets(call, organization);
  if (operation === 'CreateBucket') return createBucket(call, organization);
  const bucket = find(call, organization);
  switch (operation) {
    case 'DeleteBucket':
      organization.buckets.delete(bucket.name);
      return answer(204);
    case 'GetBucketPolicy': return getPolicy(call.view(bucket.policies));
    case 'PutBucketPolicy':
      bucket.policy = valid(input.Policy);
      return answer(204);
    case 'DeleteBucketPolicy':
      bucket.policy = undefined;
      return answer(204);
    default: throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented.', 501);
  }
}

/**
 * The root user of the owner may always change the policy (S3 API reference, PutBucketPolicy). Others of the account may when the policy does
 * not deny it to everybody; another account may not.
 */
function find({ caller, input, region, view }: Call, organization: Organization): FakeResource {
  const bucket = organization.buckets.get(input.Bucket!);
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.region !== region) throw new AwsError('PermanentRedirect', WRONG_ENDPOINT, 301, { Bucket: bucket.name, Region: bucket.region });
  const isStranger = caller.accountId !== bucket.account || (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account);
  if (isStranger || (!caller.taskPolicy && deniesEverybody(view(bucket.policies)))) throw accessDenied('Access Denied');
  return bucket;
}

const WRONG_ENDPOINT = 'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.';

function createBucket({ caller, input, region }: Call, organization: Organization): WireResponse {
  if (organization.buckets.has(input.Bucket!)) throw new AwsError('BucketAlreadyExists', 'The requested bucket name is not available.', 409);
  organization.addBucket({ name: input.Bucket!, account: caller.accountId, region });
  return answer(200);
}

function getPolicy(policy: string | undefined): WireResponse {
  if (policy === undefined) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
  return answer(200, policy, 'application/json');
}

function valid(policy: string | undefined): string {
  try {
    return typeof JSON.parse(policy ?? '') === 'object' ? policy! : malformed();
  } catch {
    return malformed();
  }
}

function malformed(): never {
  throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'", 400);
}

/** A Region is told only "if the request contains at least one valid parameter" (S3 API reference, ListBuckets). */
function listBuckets({ caller, input, pages }: Call, organization: Organization): WireResponse {
  const { MaxBuckets: most, Prefix: prefix = '', BucketRegion: region, ContinuationToken: after = '' } = input;
  const all = [...organization.buckets.values()]
    .filter(({ account, name }) => account === caller.accountId && name.startsWith(prefix) && name > after)
    .filter((bucket) => region === undefined || bucket.region === region)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const buckets = all.slice(0, pages.size ?? Number(most ?? 10_000));
  const parameters = [most, input.Prefix, region, input.ContinuationToken].some((parameter) => parameter !== undefined);
  const entries = buckets.map((bucket) => (
    `<Bucket><Name>${bucket.name}</Name><CreationDate>2019-05-01T12:00:00.000Z</CreationDate>${parameters ? `<BucketRegion>${bucket.region}</BucketRegion>` : ''}</Bucket>`));
  const next = buckets.length < all.length ? `<ContinuationToken>${buckets.at(-1)!.name}</ContinuationToken>` : '';
  return answer(200, `<ListAllMyBucketsResult><Buckets>${entries.join('')}</Buckets>${next}</ListAllMyBucketsResult>`);
}

/** S3 has names of its own for what every service can say. */
const COMMON_ERRORS: Readonly<Record<string, string>> = { InvalidClientTokenId: 'InvalidAccessKeyId' };

export function writeS3Error({ code, message, status, fields }: AwsError): WireResponse {
  const region = fields.Region && { 'x-amz-bucket-region': fields.Region };
  const { status: answered, headers, body } = answer(status, `<Error><Code>${COMMON_ERRORS[code] ?? code}</Code><Message>${escape(message)}</Message></Error>`);
  return { status: answered, headers: { ...headers, ...region }, body };
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const answer = (status: number, body = '', type = 'application/xml'): WireResponse =>
  ({ status, headers: { 'content-type': type, 'x-amz-request-id': randomUUID() }, body });

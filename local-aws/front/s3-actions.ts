import type { NamedAction, UnnamedRequest } from './named-action';

/** Sub-resources of a bucket that have a name of their own: `?policy` is GetBucketPolicy, PutBucketPolicy, DeleteBucketPolicy. */
const BUCKET_SUBRESOURCES: Readonly<Record<string, string>> = {
  acl: 'BucketAcl',
  cors: 'BucketCORS',
  encryption: 'EncryptionConfiguration',
  lifecycle: 'LifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  notification: 'BucketNotification',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  publicAccessBlock: 'BucketPublicAccessBlock',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
};

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', HEAD: 'Get', PUT: 'Put', DELETE: 'Delete' };

/** Amazon S3's REST requests in path style, as every SDK sends them to an endpoint that is an IP address. */
export function s3Actions(request: UnnamedRequest): NamedAction[] {
  const { pathname, searchParams: query } = new URL(request.url, 'http://local');
  const [bucket, ...rest] = pathname.slice(1).split('/');
  const key = decodeURIComponent(rest.join('/'));
  if (!bucket) {
    return [{ action: 's3:ListAllMyBuckets', resource: '*', context: {} }];
  }
  return key ? objectActions(request, query, `arn:aws:s3:::${bucket}/${key}`) : bucketActions(request, query, bucket);
}

function bucketActions({ method, body }: UnnamedRequest, query: URLSearchParams, bucket: string): NamedAction[] {
  const resource = `arn:aws:s3:::${bucket}`;
  const subresource = Object.keys(BUCKET_SUBRESOURCES).find((name) => query.has(name));
  if (subresource) {
    // only a policy has a Delete of its own; the other settings are deleted with the permission to put them
    const verb = method === 'DELETE' && subresource !== 'policy' ? 'Put' : VERBS[method];
    return [{ action: `s3:${verb}${BUCKET_SUBRESOURCES[subresource]}`, resource, context: {} }];
  }
  if (method === 'POST' && query.has('delete')) {
    return deletedObjects(body.toString(), resource);
  }
  if (method === 'GET' || method === 'HEAD') {
    const action = query.has('versions') ? 's3:ListBucketVersions' : query.has('uploads') ? 's3:ListBucketMultipartUploads' : 's3:ListBucket';
    const context = Object.fromEntries(['prefix', 'delimiter', 'max-keys'].flatMap((name) => (query.get(name) ? [[`s3:${name}`, query.get(name)!]] : [])));
    return [{ action, resource, context }];
  }
  return [{ action: method === 'PUT' ? 's3:CreateBucket' : 's3:DeleteBucket', resource, context: {} }];
}

function deletedObjects(xml: string, bucket: string): NamedAction[] {
  return [...xml.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object]) => ({
    action: object.includes('<VersionId>') ? 's3:DeleteObjectVersion' : 's3:DeleteObject',
    resource: `${bucket}/${unescapeXml(/<Key>(.*?)<\/Key>/s.exec(object)![1])}`,
    context: {},
  }));
}

export function unescapeXml(text: string) {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name]);
}

function objectActions({ method, headers }: UnnamedRequest, query: URLSearchParams, resource: string): NamedAction[] {
  const version = query.has('versionId') ? 'Version' : '';
  if (query.has('uploadId') && method === 'DELETE') {
    return [{ action: 's3:AbortMultipartUpload', resource, context: {} }];
  }
  const verb = method === 'POST' ? 'Put' : VERBS[method]; // POST: a multipart upload begins or completes
  const part = query.has('tagging') ? 'Tagging' : query.has('attributes') ? 'Attributes' : '';
  const action = { action: `s3:${verb}Object${verb === 'Put' ? '' : version}${part}`, resource, context: {} };
  const source = headers['x-amz-copy-source'];
  if (!source) {
    return [action];
  }
  return [action, { action: 's3:GetObject', resource: `arn:aws:s3:::${decodeURIComponent(String(source)).replace(/^\//, '')}`, context: {} }];
}

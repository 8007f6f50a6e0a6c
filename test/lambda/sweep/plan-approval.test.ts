import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { serveObjects } from './object-store';
import { s3, stepFunctions } from '../../../lambda/aws/clients';
import { ControlFiles } from '../../../lambda/aws/control-files';
import { approvalOf, type PlanApproval } from '../../../lambda/sweep/plan-approval';
import { setEnvironment } from '../../support/environment-variables';

const [ASKED, ANSWERED] = ['2026-11-20T10:00:00Z', '2026-11-21T09:30:00Z'];
const asked = { execution: 'arn:aws:states:us-east-1:111111111111:execution:Sweep:one', plan: 'digest' };

let store: Awaited<ReturnType<typeof serveObjects>>;
let client: S3Client;
beforeAll(async () => {
  store = await serveObjects();
});
afterAll(() => store.close());
beforeEach(() => {
  setEnvironment({ AWS_ENDPOINT_URL: store.endpoint, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' });
  store.objects.clear();
  client = s3();
});

test.each<[string, Record<string, object>, PlanApproval | undefined]>([
  ['nobody was asked', { 'go.json': { plan: 'digest', at: ANSWERED } }, undefined],
  ['people were asked and have not approved it', { 'asked.json': { ...asked, at: ASKED } }, { digest: 'digest', approved: false, askedAt: ASKED }],
  ['an answer has named the digest', { 'asked.json': { ...asked, at: ASKED }, 'go.json': { plan: 'digest', at: ANSWERED } },
    { digest: 'digest', approved: true, askedAt: ASKED, approvedAt: ANSWERED }],
  ['its definition is older than the times', { 'asked.json': asked, 'go.json': { plan: 'digest' } }, { digest: 'digest', approved: true }],
])('what is known of an approval where %s', async (_what, files, approval) => {
  await Promise.all(Object.entries(files).map(([file, content]) => (
    client.send(new PutObjectCommand({ Bucket: 'reports', Key: `control/sweep/one/${file}`, Body: JSON.stringify(content) })))));
  const control = new ControlFiles({ s3: client, stepFunctions: stepFunctions() }, 'reports', 'control/sweep/');
  expect(await approvalOf(control, 'one')).toEqual(approval);
  expect(await approvalOf(control, 'another')).toBeUndefined();
});

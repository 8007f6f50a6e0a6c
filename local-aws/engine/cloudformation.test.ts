import { DescribePolicyCommand, ListTargetsForPolicyCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetBucketTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { GetDocumentCommand, SSMClient } from '@aws-sdk/client-ssm';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { ref, Stacks } from './fixtures/stacks';

describe('a stack of the local AWS', () => {
  let aws: LocalAws;
  let stacks: Stacks;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: withAccounts('222222222222', '333333333333', '444444444444') });
    stacks = new Stacks(aws);
  });
  afterAll(() => aws?.stop());

  test('owns a policy of the organization and its attachments', async () => {
    const client = new OrganizationsClient(aws.clientSettings());
    const policy = (name: string, ...TargetIds: string[]) => ({
      Policy: { Type: 'AWS::Organizations::Policy', Properties: { Name: name, Type: 'SERVICE_CONTROL_POLICY', Content: { Version: '2012-10-17', Statement: [] }, TargetIds } },
    });
    const targets = async (PolicyId: string) => {
      const { Targets } = await client.send(new ListTargetsForPolicyCommand({ PolicyId }));
      return Targets!.map(({ TargetId }) => TargetId);
    };

    const { outputs: { Id } } = await stacks.create('policy', policy('first', '222222222222', '333333333333'), { Id: ref('Policy') });
    expect(await targets(Id)).toEqual(['222222222222', '333333333333']);

    await stacks.update('policy', policy('second', '333333333333', '444444444444'));
    const { Policy } = await client.send(new DescribePolicyCommand({ PolicyId: Id }));
    expect(Policy).toMatchObject({ PolicySummary: { Name: 'second' }, Content: '{"Version": "2012-10-17", "Statement": []}' });
    expect(await targets(Id)).toEqual(['333333333333', '444444444444']);

    await stacks.delete('policy');
    await expect(targets(Id)).rejects.toMatchObject({ name: 'PolicyNotFoundException' });
  });

  test('owns a document of Systems Manager: a new content is a new version, or another document, but never another one of the same name', async () => {
    const ssm = new SSMClient(aws.clientSettings());
    const STEP = { name: 'Run', action: 'aws:executeStateMachine', inputs: { stateMachineArn: 'arn' } };
    const document = (description: string, properties: object) => ({
      Document: { Type: 'AWS::SSM::Document', Properties: { DocumentType: 'Automation', Content: { schemaVersion: '0.3', description, mainSteps: [STEP] }, ...properties } },
    });
    const read = (Name: string) => ssm.send(new GetDocumentCommand({ Name }));
    const [named, versions] = [{ Name: 'runbook' }, { UpdateMethod: 'NewVersion' }];

    await stacks.create('document', document('first', named));
    expect(JSON.parse((await read('runbook')).Content!)).toMatchObject({ schemaVersion: '0.3', description: 'first' });

    const refused = await stacks.update('document', document('second', named));
    expect(refused.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(refused.events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(expect.stringContaining('a custom-named resource requires replacing'));

    await stacks.update('document', document('second', { ...named, ...versions }));
    expect(await read('runbook')).toMatchObject({ DocumentVersion: '2', DocumentType: 'Automation', Content: expect.stringContaining('second') });

    await stacks.delete('document');
    await expect(read('runbook')).rejects.toMatchObject({ name: 'InvalidDocument' });

    const first = await stacks.create('unnamed', document('first', {}), { Name: ref('Document') });
    const second = await stacks.update('unnamed', document('second', {}), { Name: ref('Document') });
    expect(await read(second.outputs.Name)).toMatchObject({ DocumentVersion: '1', Content: expect.stringContaining('second') });
    await expect(read(first.outputs.Name)).rejects.toMatchObject({ name: 'InvalidDocument' });
  });

  test('gives a bucket its tags', async () => {
    const s3 = new S3Client({ ...aws.clientSettings(), forcePathStyle: true });
    const bucket = (value: string) => ({ Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'tagged', Tags: [{ Key: 'purpose', Value: value }] } } });
    const tags = async () => (await s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }))).TagSet;

    await stacks.create('bucket', bucket('reports'));
    expect(await tags()).toEqual([{ Key: 'purpose', Value: 'reports' }]);

    await stacks.update('bucket', bucket('archive'));
    expect(await tags()).toEqual([{ Key: 'purpose', Value: 'archive' }]);
  });

  test('is not deployed with a type that the engine does not know', async () => {
    await expect(stacks.create('unknown', { Thing: { Type: 'AWS::Nothing::AtAll', Properties: {} } })).rejects.toThrow('Unrecognized resource types');
  });
});

function withAccounts(...ids: string[]): FakeOrganization {
  const organization = new FakeOrganization();
  ids.forEach((id) => organization.addAccount({ id }));
  return organization;
}

import { CreatePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LocalAws } from '../local-aws';
import { FakeOrganization } from '../organization';
import { allow, document, ref, role, Stacks } from './fixtures/stacks';

/** A document of exactly so many characters, white space aside. */
function documentOf(size: number) {
  const shortest = JSON.stringify(document(allow('s3:GetObject', ''))).length;
  return document(allow('s3:GetObject', 'x'.repeat(size - shortest)));
}

describe('a policy of the local AWS', () => {
  let aws: LocalAws;
  let stacks: Stacks;
  let iam: IAMClient;

  beforeAll(async () => {
    aws = await LocalAws.start({ organization: new FakeOrganization() });
    stacks = new Stacks(aws);
    iam = new IAMClient({ ...aws.clientSettings(), maxAttempts: 1 }); // the SDK takes LimitExceeded for a throttle
  });
  afterAll(() => aws?.stop());

  const inline = (size: number) => ({ Type: 'AWS::IAM::Policy', Properties: { PolicyName: `p${size}`, Roles: [ref('Role')], PolicyDocument: documentOf(size) } });
  const managed = (size: number) => ({ Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: documentOf(size) } });
  const reasons = async (name: string, resource: object) => {
    const { status, events } = await stacks.create(name, { Role: role('lambda'), Resource: resource });
    return { status, reasons: events.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n') };
  };

  test('may have 10,240 characters together with the other inline policies of its role', async () => {
    const { status, outputs } = await stacks.create('inline', { Role: role('lambda'), Fits: inline(10_000) }, { Name: ref('Role') });
    const put = (size: number) => iam.send(new PutRolePolicyCommand({
      RoleName: outputs.Name, PolicyName: 'other', PolicyDocument: JSON.stringify(documentOf(size), undefined, 4),
    }));

    expect(status).toBe('CREATE_COMPLETE');
    await put(240);
    await expect(put(241)).rejects.toMatchObject({ name: expect.stringContaining('LimitExceeded'), message: expect.stringContaining('Maximum policy size of 10240 bytes exceeded') });
  });

  test('fails its stack when it is inline and too large', async () => {
    expect(await reasons('inline-large', inline(10_241))).toMatchObject({
      status: 'ROLLBACK_COMPLETE', reasons: expect.stringContaining('Maximum policy size of 10240 bytes exceeded'),
    });
    const { Properties } = role('lambda');
    const itself = { Type: 'AWS::IAM::Role', Properties: { ...Properties, Policies: [{ PolicyName: 'large', PolicyDocument: documentOf(10_241) }] } };
    expect(await reasons('role-large', itself)).toMatchObject({ status: 'ROLLBACK_COMPLETE' });
  });

  test('may have 6,144 characters when it is managed', async () => {
    const create = (size: number) => iam.send(new CreatePolicyCommand({ PolicyName: `m${size}`, PolicyDocument: JSON.stringify(documentOf(size)) }));

    await create(6144);
    await expect(create(6145)).rejects.toThrow('Cannot exceed quota for PolicySize: 6144');
    expect(await reasons('managed', managed(6144))).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(await reasons('managed-large', managed(6145))).toMatchObject({
      status: 'ROLLBACK_COMPLETE', reasons: expect.stringContaining('Cannot exceed quota for PolicySize: 6144'),
    });
  });
});

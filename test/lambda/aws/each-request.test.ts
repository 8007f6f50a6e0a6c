import { CreateLoginProfileCommand } from '@aws-sdk/client-iam';
import { sts } from '../../../lambda/aws/clients';
import { aroundEachRequest } from '../../../lambda/aws/each-request';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { FakeOrganization, loseAnswer, serve, type ServedOrganization } from '../../../local-aws/organization';
import { setEnvironment } from '../../support/environment-variables';

const MEMBER = '222222222222';

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  organization.addAccount({ id: MEMBER });
  served = await serve(organization);
  setEnvironment(served.environment);
  jest.spyOn(Math, 'random').mockReturnValue(0.01); // the SDK draws its pauses between attempts, here the shortest
});
afterEach(async () => {
  await served.close();
  jest.restoreAllMocks();
});

const created = () => organization.calls.filter(({ operation }) => operation === 'CreateLoginProfile').length;
const create = (around: (send: () => Promise<unknown>) => Promise<unknown>) => (
  new RootSessions(sts('us-east-1'), 'aws', 0).of(MEMBER, 'IAMCreateRootUserPassword').use((iam) => iam.send(aroundEachRequest(new CreateLoginProfileCommand({}), around))));

describe('what is put around each request of a command', () => {
  test('comes before the request, and gets its answer', async () => {
    const seen: number[] = [];
    await create(async (send) => {
      seen.push(created());
      const answer = await send();
      seen.push(created());
      return answer;
    });
    expect(seen).toEqual([0, 1]);
  });

  test('comes before a request that the SDK repeats, too, and may keep it from being sent', async () => {
    organization.faults.add({ operation: 'iam:CreateLoginProfile', times: 1, effect: loseAnswer });
    let requests = 0;
    await expect(create(async (send) => {
      if (++requests > 1) {
        throw Object.assign(new Error('it is there'), { name: 'Changed' });
      }
      return send();
    })).rejects.toMatchObject({ name: 'Changed' });
    expect([requests, created()]).toEqual([2, 1]);
  });
});

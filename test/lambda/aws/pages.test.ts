import { paginateListAccessKeys } from '@aws-sdk/client-iam';
import { paginateListAccounts } from '@aws-sdk/client-organizations';
import { organizations, sts } from '../../../lambda/aws/clients';
import { everyItem } from '../../../lambda/aws/pages';
import { RootSessions } from '../../../lambda/root-user/sessions';
import { emptyPages, endlessPages, FakeOrganization, serve, shortPages, type Effect, type ServedOrganization } from '../../../local-aws/organization';

const MEMBER = '222222222222';

let organization: FakeOrganization;
let served: ServedOrganization;
beforeEach(async () => {
  organization = new FakeOrganization({ trustedAccess: true, features: ['RootCredentialsManagement'] });
  organization.addAccount({ id: MEMBER, root: { accessKeys: [{}, {}] } });
  served = await serve(organization);
  Object.assign(process.env, served.environment);
});
afterEach(() => served.close());

const LISTS: Record<string, () => Promise<unknown[]>> = {
  'organizations:ListAccounts': () => everyItem('organizations:ListAccounts', paginateListAccounts({ client: organizations() }, {}), (page) => page.Accounts),
  'iam:ListAccessKeys': () => new RootSessions(sts('us-east-1'), 'aws', 0).of(MEMBER, 'IAMAuditRootUserCredentials')
    .use((client) => everyItem('iam:ListAccessKeys', paginateListAccessKeys({ client }, {}), (page) => page.AccessKeyMetadata)),
};

/** Every page is the first one, and its token that of the second. */
const sameAgain: Effect = (call, answer) => {
  Object.assign(call, { input: { ...call.input, Marker: undefined, NextToken: undefined } });
  return shortPages(1)(call, answer);
};

describe.each(Object.keys(LISTS))('the list of %s', (operation) => {
  test.each([['short', shortPages(1)], ['empty', emptyPages]])('is read to its end when pages are %s', async (_what, effect) => {
    organization.faults.add({ operation, effect });
    expect(await LISTS[operation]()).toHaveLength(2);
  });

  test.each<[string, Effect, RegExp]>([
    ['empty, with the same token', endlessPages(1), /a page token has come again$/],
    ['the same again, with the same token', sameAgain, /a page token has come again$/],
    ['empty, with a new token each', endlessPages(Infinity), /501 pages in a row are empty$/],
  ])('is an error when its pages never end, being %s', async (_what, effect, why) => {
    organization.faults.add({ operation, effect });
    const error = await LISTS[operation]().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'EndlessList', message: expect.stringMatching(why) });
    expect(error).toMatchObject({ message: expect.stringContaining(`the list that AWS answers to ${operation} never ends`) });
  });

  test('is an error when the answer has none', async () => {
    organization.faults.add({
      operation,
      effect: async (call, answer) => {
        const answered = await answer();
        return { ...answered, body: call.service === 'iam' ? String(answered.body).replace(/<AccessKeyMetadata>.*<\/AccessKeyMetadata>/, '') : '{}' };
      },
    });
    await expect(LISTS[operation]()).rejects.toMatchObject({ name: 'IncompleteAnswer', message: `AWS answered ${operation} without a list` });
  });
});

test('a list that says it is cut, and not where it goes on, is not whole', async () => {
  organization.faults.add({
    operation: 'iam:ListAccessKeys',
    effect: async (call, answer) => {
      const answered = await shortPages(1)(call, answer);
      return { ...answered, body: String(answered.body).replace(/<Marker>.*<\/Marker>/, '') };
    },
  });
  await expect(LISTS['iam:ListAccessKeys']()).rejects.toMatchObject({ name: 'IncompleteAnswer', message: 'AWS answered iam:ListAccessKeys without the token of the next page' });
});

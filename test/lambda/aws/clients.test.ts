import type { IAMClient } from '@aws-sdk/client-iam';
import { iamOfRootSession } from '../../../lambda/aws/clients';

const session = (AccessKeyId: string) => ({ AccessKeyId, SecretAccessKey: 'secret', SessionToken: 'token', Expiration: new Date() });

beforeAll(() => void Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'own' }));

describe('clients of root sessions, of which a sweep makes thousands', () => {
  test('look the surroundings up once for all of them', async () => {
    const found = ({ config }: IAMClient) => Promise.all([
      config.region(), config.useFipsEndpoint(), config.useDualstackEndpoint(), config.authSchemePreference(), config.userAgentAppId(),
    ]);
    const before = await found(iamOfRootSession(session('ONE')));
    expect(before).toEqual(['eu-west-1', false, false, [], undefined]);
    Object.assign(process.env, {
      AWS_REGION: 'us-west-2', AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true', AWS_AUTH_SCHEME_PREFERENCE: 'sigv4', AWS_SDK_UA_APP_ID: 'app',
    });
    expect(await found(iamOfRootSession(session('OTHER')))).toEqual(before);
  });

  test('share no credentials, least of all those of the function', async () => {
    const credentials = ['ONE', 'OTHER'].map((id) => iamOfRootSession(session(id)).config.credentials());
    expect((await Promise.all(credentials)).map(({ accessKeyId }) => accessKeyId)).toEqual(['ONE', 'OTHER']);
  });

  test.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken'])('are not made of a session without %s', (name) => {
    expect(() => iamOfRootSession({ ...session('ONE'), [name]: undefined })).toThrow(`AssumeRoot answered without ${name}`);
  });
});

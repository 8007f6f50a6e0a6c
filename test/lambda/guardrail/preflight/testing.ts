import { organizations } from '../../../../lambda/aws/clients';
import { seconds } from '../../../../lambda/aws/patience';
import { type Older } from '../../../../lambda/guardrail/preflight/guardrail';
import { preflight, type Aws } from '../../../../lambda/guardrail/preflight/preflight';
import { log } from '../../../../lambda/log';
import type { GuardrailPreflightProperties } from '../../../../lib/guardrail/contract';
import { FakeOrganization, serve, type OrganizationOptions } from '../../../../local-aws/organization';
import { setEnvironment } from '../../../support/environment-variables';
import { onTestFinished } from '../../../support/on-test-finished';

export const MANAGEMENT = '111111111111';
export const MEMBER = '222222222222';
export const OTHER = '333333333333';
export const ROOT = 'r-fake';

export interface World {
  readonly organization: FakeOrganization;
  /** A unit with a unit in it, which has the member; the other account is below the root. */
  readonly outer: string;
  readonly inner: string;
  readonly aws: Aws;
  /** What is found before a guardrail is attached to the targets. */
  found(targets: string[], properties?: Partial<GuardrailPreflightProperties>, older?: Older): Promise<string[]>;
}

/** An organization on the wire, seen by a function in one of its accounts, until the test is over. */
export async function world(options: OrganizationOptions = {}, accountId = MANAGEMENT): Promise<World> {
  const organization = new FakeOrganization(options);
  const outer = organization.addOrganizationalUnit({ name: 'outer' });
  const inner = organization.addOrganizationalUnit({ name: 'inner', parent: outer });
  organization.addAccount({ id: MEMBER, ou: inner });
  organization.addAccount({ id: OTHER });
  const { environment, close } = await serve(organization);
  onTestFinished(close);
  setEnvironment({ ...environment, AWS_ACCESS_KEY_ID: accountId });
  for (const level of ['info', 'warn', 'error'] as const) {
    jest.spyOn(log, level).mockReturnValue();
  }
  onTestFinished(() => jest.restoreAllMocks());
  const aws: Aws = { organizations: organizations(), patience: seconds(2, 5, 50) };
  const found: World['found'] = (Targets, properties, older) => (
    preflight({ PolicyName: 'guardrail', Targets, TolerateBlockedRootSessions: 'false', ...properties }, older, aws));
  return { organization, outer, inner, aws, found };
}

export const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const IS_ROOT = { ArnLike: { 'aws:PrincipalArn': ['arn:aws:iam::*:root'] } };
/** As AWS published it before there were root sessions, and as Control Tower has it. */
export const DENY_ROOT = document({ Sid: 'GRRESTRICTROOTUSER', Effect: 'Deny', Action: '*', Resource: '*', Condition: IS_ROOT });
export const DENY_LONG_TERM_ROOT = document({ Effect: 'Deny', Action: '*', Resource: '*', Condition: { ...IS_ROOT, Null: { 'aws:AssumedRoot': 'true' } } });

export type Event = Record<string, unknown>;

export const MANAGEMENT = '111111111111';
export const SECURITY = '222222222222';
export const MEMBER = '333333333333';
export const SWEEP_ROLE = `arn:aws:iam::${MANAGEMENT}:role/CentralizedRootAccess-PurgeSweepFunctionsBatchRole-1A2B3C`;

const UNIQUE = { next: 0 };

/** What every event of an API call has: CloudTrail user guide, "CloudTrail record contents". */
export function call(service: string, eventName: string, userIdentity: Event, more: Event = {}): Event {
  return {
    eventVersion: '1.11',
    userIdentity,
    eventTime: '2026-09-14T09:07:11Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2.27.0',
    requestParameters: null,
    responseElements: null,
    requestID: '85e2c1a7-0000-4000-8000-000000000001',
    eventID: `c1a7d2e3-0000-4000-8000-${String(UNIQUE.next++).padStart(12, '0')}`,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: userIdentity.accountId ?? MANAGEMENT,
    eventCategory: 'Management',
    ...more,
  };
}

export const DENIED = { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform the operation' };

/** CloudTrail user guide, "userIdentity element": a role's session. */
export const role = (roleArn = SWEEP_ROLE, session = 'sweep'): Event => {
  const [, accountId, name] = /::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(roleArn)!;
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`,
    accountId,
    accessKeyId: 'ASIAROLE',
    sessionContext: {
      sessionIssuer: { type: 'Role', principalId: 'AROAEXAMPLE', arn: roleArn, accountId, userName: name },
      attributes: { creationDate: '2026-09-14T09:00:00Z', mfaAuthenticated: 'false' },
    },
  };
};

export const user = (name: string, accountId = MANAGEMENT): Event => ({
  type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: `arn:aws:iam::${accountId}:user/${name}`, accountId, accessKeyId: 'AKIAUSER', userName: name,
});

/** Root without a session: CloudTrail user guide, "Root identity"; also the sign-in events of the same guide. */
export const root = (accessKeyId = 'AKIAROOT', accountId = MEMBER): Event => ({
  type: 'Root', principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId, accessKeyId,
});

const sessionOfRoot = (more: Event, attributes: Event = {}): Event => ({
  ...root('ASIAROOT'),
  sessionContext: { attributes: { creationDate: '2026-09-14T09:05:00Z', mfaAuthenticated: 'false', ...attributes }, ...more },
});

/** A root session in the member account as it was seen: aws-samples/service-control-policy-examples, issue 6 (February 2025). */
export const assumedRootAsSeen = () => sessionOfRoot({ assumedRoot: 'true' });

/** A root session in the member account as the IAM User Guide shows it ("Track privileged tasks in AWS CloudTrail"): without the field. */
export const assumedRootAsDocumented = () => sessionOfRoot({});

/** Root after it signed in to the console: also temporary credentials; `sessionCredentialFromConsole` stands beside the identity. */
export const consoleRoot = (mfaAuthenticated = 'false') => sessionOfRoot({ sessionIssuer: {}, webIdFederationData: {} }, { mfaAuthenticated });
export const FROM_CONSOLE = { sessionCredentialFromConsole: 'true' };

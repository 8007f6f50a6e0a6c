/** The kinds of policies, and the setting, that AWS names in a denial (IAM user guide, "Troubleshoot access denied error messages"; S3 user guide, "403 errors"). */
const DENIERS = [
  'service control policy', 'resource control policy', 'permissions boundary', 'VPC endpoint policy', 'session policy', 'identity-based policy', 'resource-based policy',
  'S3 Block Public Access',
] as const;
export type Denier = typeof DENIERS[number];

/** A denial as far as AWS explains it. */
export interface Denial {
  readonly by: Denier;
  /** Whether a statement denies the call; otherwise none of these policies allows it. */
  readonly explicit: boolean;
  /** The id of a policy of the organization: newer messages end with its ARN. */
  readonly policyId?: string;
  readonly action?: string;
  readonly resource?: string;
  /** ARN of the caller, which may be a session, and of its role. */
  readonly caller?: string;
  readonly principal?: string;
}

/** The reason that AWS names in a denial, or undefined where it names none: many services, and STS for AssumeRoot, do not. */
export function denialOf(message: string): Denial | undefined {
  const resource = /on resource: "?([^\s"]+)/i.exec(message)?.[1];
  const words = message.replace(/"[^"]*"/g, '""'); // the key of an object can be any text
  const [by] = DENIERS.map((denier) => ({ denier, at: namesAt(words, denier) })).filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at);
  return by && {
    by: by.denier,
    explicit: !/because no /i.test(words),
    policyId: /:policy\/[^\s"]*\/(p-\w+)/.exec(words)?.[1],
    action: actionIn(words),
    resource,
    caller: callerIn(message),
    principal: principalIn(message),
  };
}

/** The action that was denied, which AWS names with and without a reason. */
export function actionIn(message: string): string | undefined {
  return /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
}

function namesAt(words: string, denier: Denier): number {
  return words.search(new RegExp(denier.replace(/policy$/, 'polic(?:y|ies)').replaceAll(' ', '\\s'), 'i'));
}

/** Remedies of a denial by the reason that AWS names in it, the likeliest first; none where it names none. */
export function namedRemedies(message: string): string[] {
  const denial = denialOf(message);
  return denial ? REMEDIES[denial.by](denial, message) : [];
}

/** How a statement of a policy exempts root sessions, and nobody else. */
export const EXEMPT_ROOT_SESSIONS = '"Null": {"aws:AssumedRoot": "true"}';

/** How a statement of a policy exempts a role, and nobody else. */
export function exemptionOf(roleArn = 'ARN of the role'): string {
  return `"ArnNotLike": {"aws:PrincipalArn": "${roleArn}"}`;
}

/** The principal that AWS names in a denial, as policies name it: of a session its role. It is not known whether the role has a path; those of the constructs have none. */
export function principalIn(message: string): string | undefined {
  const caller = callerIn(message);
  const role = roleOf(caller);
  return role ? `arn:${role.partition}:iam::${role.accountId}:role/${role.name}` : caller;
}

function callerIn(message: string): string | undefined {
  return /User: (arn:[^\s"]+)/.exec(message)?.[1];
}

function roleOf(caller = '') {
  return /^arn:(?<partition>[^:]+):sts::(?<accountId>\d{12}):assumed-role\/(?<name>[^/]+)\//.exec(caller)?.groups;
}

export const CONTROL_TOWER_REMEDY = 'the Control Tower control AWS-GR_RESTRICT_ROOT_USER is enabled on the OU without ExemptAssumeRoot: enable it again with that parameter';

const REMEDIES: Readonly<Record<Denier, (denial: Denial, message: string) => string[]>> = {
  'service control policy': (denial) => {
    if (!denial.explicit) {
      return [`AWS says that no service control policy allows it: attach FullAWSAccess at each level above ${accountOf(denial)} from which it was detached, or allow ${call(denial)} in a policy there`];
    }
    return isRoot(denial)
      ? [
        `AWS says that a service control policy${idOf(denial)} denies it: add ${EXEMPT_ROOT_SESSIONS} to the condition of its Deny on the root user, at or above ${accountOf(denial)}`,
        CONTROL_TOWER_REMEDY,
        `its Deny is on ${call(denial)} or on the Region: exempt root sessions there, too, and look at the policies of every parent of the account`,
      ]
      : [`AWS says that a service control policy${idOf(denial)} at or above ${accountOf(denial)} denies it: add ${exemptionOf(denial.principal)} to the condition of that Deny`];
  },
  'resource control policy': (denial) => [
    `AWS says that ${denial.explicit ? `a resource control policy${idOf(denial)} denies` : 'no resource control policy allows'} it: look at and above ${ownerOf(denial)}, and add ${
      isRoot(denial) ? EXEMPT_ROOT_SESSIONS : exemptionOf(denial.principal)} to the condition of the Deny`,
  ],
  'permissions boundary': (denial) => [
    `AWS says that the permissions boundary of ${callerOf(denial)} ${denial.explicit ? 'denies' : 'does not allow'} it: allow ${call(denial)} there, or give the role another boundary (it comes from an Aspect of the app, from \`cdk bootstrap\` or from cdk.json)`,
  ],
  'VPC endpoint policy': (denial) => [
    `AWS says that the policy of a VPC endpoint ${denial.explicit ? 'denies' : 'does not allow'} it: allow ${call(denial)} in the policy of the endpoint for ${serviceOf(denial)}, in the VPC of the function (functionOptions.vpc)`,
  ],
  'session policy': (denial) => [
    isRoot(denial)
      ? `AWS says that a session policy denies it: that is AWS's task policy, which has no ${call(denial)}; no policy of yours is the cause, so report it to this project with the message`
      : `AWS says that a session policy of ${callerOf(denial)} ${denial.explicit ? 'denies' : 'does not allow'} it: open the session without it, or allow ${call(denial)} in it`,
  ],
  'identity-based policy': (denial) => [
    denial.explicit
      ? `AWS says that a policy of ${callerOf(denial)} denies it: an account that is excluded or protected is denied there by the construct itself; otherwise look for a Deny that was added to the role`
      : `AWS says that no policy of ${callerOf(denial)} allows ${call(denial)}: the role was changed by something else, or the construct does not select the account; deploy the stack again`,
  ],
  'resource-based policy': (denial) => [
    `AWS says that ${denial.explicit ? 'the policy of' : 'no policy of'} ${holderOf(denial)} ${denial.explicit ? 'denies' : 'allows'} it: allow ${call(denial)} to ${callerOf(denial)} in the policy of the bucket, queue, topic or key`,
  ],
  'S3 Block Public Access': ({ resource = 'the bucket' }, message) => [
    `AWS says that S3 Block Public Access (${/\b(?:BlockPublic\w+|IgnorePublicAcls|RestrictPublicBuckets)\b/.exec(message)?.[0] ?? 'BlockPublicPolicy'}) refuses it, because the policy makes ${resource} public: take the public statement out of the policy, or have that setting `
    + 'of the bucket, the account or the organization switched off meanwhile; a root session cannot',
  ],
};

/** A denial that does not name its caller is of a call in a root session: those are most of them. */
const isRoot = ({ caller }: Denial) => roleOf(caller) === undefined;
const idOf = ({ policyId }: Denial) => policyId === undefined ? '' : ` (${policyId})`;
const call = ({ action }: Denial) => action ?? 'the call';
/** Of a root user its own: one remedy is said once for all the accounts that need it. */
const accountOf = (denial: Denial) => isRoot(denial) ? 'the account' : `the account ${denial.caller!.split(':')[4]}`;
const isAccount = (resource: string | undefined) => resource === undefined || resource === '*' || /:root$/.test(resource);
const ownerOf = ({ resource }: Denial) => isAccount(resource) ? 'the account' : `the account of ${resource}`;
const holderOf = ({ resource }: Denial) => isAccount(resource) ? 'the resource' : resource;
const callerOf = ({ caller }: Denial) => {
  const role = roleOf(caller);
  return role ? `the role ${role.name}` : caller === undefined ? 'the caller' : /:root$/.test(caller) ? 'the root user' : caller;
};
const serviceOf = ({ action }: Denial) => action?.split(':')[0] ?? 'the service';

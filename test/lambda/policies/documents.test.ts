import * as fc from 'fast-check';
import { levelsOf } from './simulated';
import { textOf } from '../../../lambda/policies/causes';
import { readDocument, type PolicyType } from '../../../lambda/policies/documents';
import { judge } from '../../../lambda/policies/judge';
import { matches } from '../../../lambda/policies/patterns';
import { anyRootRequest, rootRequest } from '../../../lambda/policies/root-requests';
import { cases } from '../../support/cases';

const ROOT = { partition: 'aws', organizationId: 'o-fakeorganization' };
const REQUEST = rootRequest(ROOT, 'session', 'iam:DeleteLoginProfile');

function judged(content: unknown, request = REQUEST) {
  const [root, account] = levelsOf([], []);
  const policy = { id: 'p-12345678', name: 'broken', awsManaged: false, content: content as string };
  return judge([{ ...root, policies: [...root.policies, policy] }, account], request);
}

const DENY = { Sid: 'Deny', Effect: 'Deny', Action: '*', Resource: '*' };
const document = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });

describe('a document that is no policy is told by its place, and never taken for one that allows or for an error', () => {
  test.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'a document that is empty', 'the document is empty'],
    ['null', null, 'a document that is empty', 'the document is empty'],
    ['an empty text', '', 'a document that is empty', 'the document is empty'],
    ['spaces', ' \n', 'a document that is empty', 'the document is empty'],
    ['no JSON', '{', 'a document that is not JSON', 'the document is not JSON'],
    ['JSON null', 'null', 'a document that is null, not an object', 'the document is null, not an object'],
    ['a list', '[]', 'a document that is an empty list, not an object', 'the document is an empty list, not an object'],
    ['a text', '"Deny"', "a document that is 'Deny', not an object", "the document is 'Deny', not an object"],
    ['a number', '1', 'a document that is 1, not an object', 'the document is 1, not an object'],
    ['an object without Statement', '{"Version": "2012-10-17"}', 'a document without Statement', 'the document has no Statement'],
    ['a Statement that is null', '{"Statement": null}', 'a document that has null as its Statement', 'the document has null as its Statement'],
    ['a Statement that is a text', '{"Statement": "Deny"}', "a document that has 'Deny' as its Statement", "the document has 'Deny' as its Statement"],
    ['no statements', document(), 'a document that has an empty list as its Statement', 'the document has an empty list as its Statement'],
    ['an endless text', `{"Statement": ${'['.repeat(200_000)}`, 'a document that is 200014 characters long', 'the document is 200014 characters long'],
    ['deep lists', `{"Statement": ${'['.repeat(40_000)}${']'.repeat(40_000)}}`, 'statement 1', 'statement 1 is a list, not an object'],
    ['a statement that is null', document(null), 'statement 1', 'statement 1 is null, not an object'],
    ['a second statement that is a text', document({ ...DENY, Action: 'ec2:*' }, 'Deny'), 'statement 2', "statement 2 is 'Deny', not an object"],
    ['no Effect', document({ ...DENY, Effect: undefined }), 'Deny', "statement 1 ('Deny') has nothing as its Effect, not 'Allow' or 'Deny'"],
    ['an Effect in lower case', document({ ...DENY, Effect: 'deny' }), 'Deny', "statement 1 ('Deny') has 'deny' as its Effect, not 'Allow' or 'Deny'"],
    ['an Effect that is null', document({ ...DENY, Effect: null }), 'Deny', "statement 1 ('Deny') has null as its Effect, not 'Allow' or 'Deny'"],
    ['a Sid that is null', document({ ...DENY, Sid: null }), 'statement 1', 'statement 1 has null as its Sid, not a text'],
    ['an Action that is null', document({ ...DENY, Action: null }), 'Deny', "statement 1 ('Deny') has null as its Action, not a text or a list of texts"],
    ['an Action with null in it', document({ ...DENY, Action: ['ec2:*', null] }), 'Deny', "statement 1 ('Deny') has null as its Action, not a text or a list of texts"],
    ['an Action that is empty', document({ ...DENY, Action: [] }), 'Deny', "statement 1 ('Deny') has an empty list as its Action, not a text or a list of texts"],
    ['an Action that is an object', document({ ...DENY, Action: { 0: '*' } }), 'Deny', "statement 1 ('Deny') has an object as its Action, not a text or a list of texts"],
    ['a Resource in lists of lists', document({ ...DENY, Resource: [['*']] }), 'Deny', "statement 1 ('Deny') has a list as its Resource, not a text or a list of texts"],
    ['no Action', document({ ...DENY, Action: undefined }), 'Deny', "statement 1 ('Deny') has neither Action nor NotAction"],
    ['two kinds of Resource', document({ ...DENY, NotResource: '*' }), 'Deny', "statement 1 ('Deny') has both Resource and NotResource"],
    ['a Principal', document({ ...DENY, NotPrincipal: '*' }), 'Deny', "statement 1 ('Deny') has an element 'NotPrincipal', which such a policy does not have"],
    ['a Condition that is null', document({ ...DENY, Condition: null }), 'Deny', "statement 1 ('Deny') has null as its Condition, not an object"],
    ['a Condition that is a list', document({ ...DENY, Condition: [] }), 'Deny', "statement 1 ('Deny') has an empty list as its Condition, not an object"],
    ['an operator without keys', document({ ...DENY, Condition: { Bool: null } }), 'Deny', "statement 1 ('Deny') has null as its Condition Bool, not an object"],
    ['an operator with a text', document({ ...DENY, Condition: { Bool: 'aws:SecureTransport' } }), 'Deny', "statement 1 ('Deny') has 'aws:SecureTransport' as its Condition Bool, not an object"],
    ['a key without values', document({ ...DENY, Condition: { Bool: { 'aws:SecureTransport': [null] } } }), 'Deny', "statement 1 ('Deny') has null as its Condition Bool of aws:SecureTransport, not a text or a list of texts"],
    ['a value that stands for another here', document({ ...DENY, Condition: { StringLike: { 'aws:PrincipalArn': '\ue000' } } }), 'Deny', "statement 1 ('Deny') has a character in its Condition StringLike of aws:PrincipalArn that no policy has"],
  ])('%s', (_what, content, statement, problem) => {
    const { judgement, causes: [cause] } = judged(content);
    expect({ judgement, statement: cause.statement, problem: cause.problem }).toEqual({ judgement: 'cannot tell', statement, problem });
    expect(textOf({ ...cause, target: { id: 'r-fake', type: 'ROOT' } }, 'iam:GetUser')).toContain(`'broken' (p-12345678) at the root r-fake cannot be judged: ${problem}`);
  });
});

test('a statement alone needs no list, and values need not be texts', () => {
  const condition = { Bool: { 'aws:SecureTransport': true }, NumericLessThanIfExists: { 'aws:MultiFactorAuthAge': 3600 } };
  expect(judged(JSON.stringify({ Version: '2012-10-17', Statement: { ...DENY, Condition: condition } })).judgement).toBe('blocks');
});

test('one statement that is wrong hides no other one', () => {
  const { causes } = judged(document(null, DENY));
  expect(causes.map(({ judgement, statement }) => [judgement, statement])).toEqual([['blocks', 'Deny'], ['cannot tell', 'statement 1']]);
});

const RCP = 'RESOURCE_CONTROL_POLICY';

describe('a statement is read', () => {
  const first = (statement: object, type?: PolicyType, Version = '2012-10-17') => readDocument(JSON.stringify({ Version, Statement: [statement] }), type)[0];

  test('with what it names, actions in lower case, and all conditions', () => {
    expect(first({ Effect: 'Deny', Action: ['IAM:Get*', 's3:*'], Resource: 'arn:aws:S3:::B', Condition: { Bool: { 'aws:A': true, 'aws:B': ['x', 1] }, Null: { 'aws:C': 'false' } } })).toEqual({
      place: 'statement 1',
      statement: {
        effect: 'Deny',
        actions: { not: false, patterns: ['iam:get*', 's3:*'] },
        resources: { not: false, patterns: ['arn:aws:S3:::B'] },
        conditions: [
          { operator: 'Bool', key: 'aws:A', values: ['true'] }, { operator: 'Bool', key: 'aws:B', values: ['x', '1'] }, { operator: 'Null', key: 'aws:C', values: ['false'] },
        ],
      },
    });
  });

  test('with what it does not name', () => {
    expect(first({ Effect: 'Allow', NotAction: 'iam:*', NotResource: ['x', 'y'] }).statement).toEqual({
      effect: 'Allow', actions: { not: true, patterns: ['iam:*'] }, resources: { not: true, patterns: ['x', 'y'] }, conditions: [],
    });
  });

  test.each([['One', 'One'], ['', 'statement 1'], [undefined, 'statement 1']])('by its Sid, or its number: %j', (Sid, place) => {
    expect(first({ ...DENY, Sid }).place).toBe(place);
  });

  test.each<[string, boolean]>([['2012-10-17', true], ['2008-10-17', false], ['', false]])('with variables in the version that has them alone: %j', (version, hasVariables) => {
    const { resources, conditions } = first({ ...DENY, Resource: 'x/${aws:username}', Condition: { StringLike: { 'aws:A': '${aws:username}' } } }, undefined, version).statement!;
    expect([...resources.patterns, ...conditions[0].values].map((text) => text.includes('${'))).toEqual([hasVariables, hasVariables]);
    expect(matches(conditions[0].values[0], '${aws:username}')).toBe('yes');
  });

  test.each<[string, object, PolicyType | undefined, string | undefined]>([
    ['a resource control policy without a Principal', DENY, RCP, undefined],
    ['a resource control policy for everybody', { ...DENY, Principal: '*' }, RCP, undefined],
    ['a resource control policy for everybody, written as an object', { ...DENY, Principal: { AWS: '*' } }, RCP, undefined],
    ['a resource control policy for an account', { ...DENY, Principal: { AWS: '222222222222' } }, RCP, "has an object as its Principal, and AWS takes nothing but '*'"],
    ['a resource control policy for a service', { ...DENY, Principal: { Service: '*' } }, RCP, "has an object as its Principal, and AWS takes nothing but '*'"],
    ['a resource control policy for a list', { ...DENY, Principal: ['*'] }, RCP, "has a list as its Principal, and AWS takes nothing but '*'"],
    ['a resource control policy for nobody', { ...DENY, Principal: '' }, RCP, "has '' as its Principal, and AWS takes nothing but '*'"],
    ['a resource control policy with all elements', { Sid: 'X', Effect: 'Deny', Principal: '*', NotAction: 'x', NotResource: 'y', Condition: {} }, RCP, undefined],
    ['a resource control policy with another element', { ...DENY, NotPrincipal: '*' }, RCP, "has an element 'NotPrincipal', which such a policy does not have"],
    ['a service control policy with a Principal', { ...DENY, Principal: '*' }, undefined, "has an element 'Principal', which such a policy does not have"],
    ['a value that is too long to be shown', { ...DENY, Effect: 'x'.repeat(80) }, undefined, `has '${'x'.repeat(59)}… as its Effect, not 'Allow' or 'Deny'`],
    ['a value that can be shown', { ...DENY, Effect: 'x'.repeat(58) }, undefined, `has '${'x'.repeat(58)}' as its Effect, not 'Allow' or 'Deny'`],
    ['a number as an action', { ...DENY, Action: 7 }, undefined, 'has 7 as its Action, not a text or a list of texts'],
    ['one reserved character among others', { ...DENY, Action: ['x', '\ue000'] }, undefined, 'has a character in its Action that no policy has'],
    ['a NotAction that is none', { ...DENY, Action: undefined, NotAction: 7 }, undefined, 'has 7 as its NotAction, not a text or a list of texts'],
  ])('%s', (_what, statement, type, problem) => {
    const { statement: read, problem: found } = first(statement, type);
    expect([found, read !== undefined]).toEqual([problem && `statement 1${'Sid' in statement ? ` ('${(statement as typeof DENY).Sid}')` : ''} ${problem}`, problem === undefined]);
  });

  test('up to a length that no policy has', () => {
    const text = document(DENY);
    expect(readDocument(text.padEnd(100_000))[0]).toHaveProperty('statement');
    expect(readDocument(text.padEnd(100_001))).toEqual([{ place: 'a document that is 100001 characters long', problem: 'the document is 100001 characters long' }]);
  });
});

describe('whatever a document holds, it is judged without an error', () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const part = fc.oneof(anything, fc.constantFrom('*', 'Deny', ['*'], null, { StringLike: { 'aws:PrincipalArn': '*' } }));
  const statement = fc.record(Object.fromEntries(
    ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition', 'Principal'].map((element) => [element, part])), { requiredKeys: [] });
  const content = fc.oneof(
    fc.string(), fc.json(), anything.map((value) => JSON.stringify(value)),
    fc.record({ Version: part, Statement: fc.oneof(statement, fc.array(fc.oneof(statement, anything), { maxLength: 3 })) }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
  );

  test('generated ones', () => {
    fc.assert(fc.property(content, (text) => {
      for (const request of [REQUEST, anyRootRequest(ROOT, 'long-term')]) {
        expect(['blocks', 'allows', 'cannot tell']).toContain(judged(text, request).judgement);
      }
    }), cases(500));
  });

  test.each([
    ['many wildcards', { ...DENY, Action: `iam:${'*a'.repeat(20_000)}` }],
    ['many accounts', { ...DENY, Condition: { StringNotEquals: { 'aws:PrincipalAccount': Array.from({ length: 700 }, (_, i) => String(100_000_000_000 + i)) } } }],
    ['many variables', { ...DENY, Resource: '${aws:PrincipalAccount}'.repeat(4_000) }],
  ])('with %s', (_what, huge) => {
    expect(['blocks', 'allows']).toContain(judged(document(huge)).judgement);
  });
});

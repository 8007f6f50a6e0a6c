import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SweepChat } from './sweep-chat';
import { RootCredentialsAudit } from '../../../lib';
import { testApp } from '../../support/apps';

const stack = new Stack(testApp(), 'Audit');
const chat = new SweepChat(stack, 'Chat');
const audit = new RootCredentialsAudit(stack, 'Audit', { alarms: { actions: [new SnsAction(chat.topic)] } });
chat.addDeletionsOf(audit);
chat.addSlack('T00000000', 'C00000000');
chat.addTeams('11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222', '19:abc@thread.tacv2');
const template = Template.fromStack(stack);
const propertiesOf = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties);
const topic = { Ref: expect.stringMatching(/^ChatTopic/) };

test('the guide to chats has this code', () => {
  const guide = readFileSync(join(__dirname, '../../../docs/chat.md'), 'utf8');
  expect(guide).toContain(`\`\`\`ts\n${readFileSync(join(__dirname, 'sweep-chat.ts'), 'utf8')}\`\`\`\n`);
});

test('alarms and notifications come to the topic of the channels, from which no command runs', () => {
  const channels = [...propertiesOf('AWS::Chatbot::SlackChannelConfiguration'), ...propertiesOf('AWS::Chatbot::MicrosoftTeamsChannelConfiguration')];
  expect(channels).toHaveLength(2);
  for (const { SnsTopicArns, GuardrailPolicies } of channels) {
    expect(SnsTopicArns).toEqual([topic]);
    expect(JSON.stringify(GuardrailPolicies)).toContain(':iam::aws:policy/AWSDenyAll');
  }
  expect(propertiesOf('AWS::CloudWatch::Alarm').map(({ AlarmActions }) => AlarmActions)).toEqual([[topic], [topic], [topic], [topic]]);
  const [{ PolicyDocument }] = propertiesOf('AWS::SNS::TopicPolicy');
  const publishers = PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow').map(({ Principal }: any) => Principal.Service);
  expect(publishers.sort()).toEqual(['cloudwatch.amazonaws.com', 'events.amazonaws.com']);
});

test('the event of a sweep becomes a custom notification of Amazon Q', () => {
  const [{ EventPattern, Targets: [{ Arn, InputTransformer: { InputPathsMap, InputTemplate } }] }] = propertiesOf('AWS::Events::Rule');
  expect(Arn).toEqual(topic);
  expect(EventPattern.detail).toEqual({ sweep: ['Audit/Audit'], credentials: { deleted: [{ numeric: ['>', 0] }] } });
  const detail: any = { credentials: { deleted: 2, found: 3 }, accounts: { failed: 1 }, report: { html: 's3://reports/runs/1/report.html' } };
  const valueOf = (path: string) => path.replace('$.detail.', '').split('.').reduce((value, key) => value[key], detail);
  const message = Object.entries<string>(InputPathsMap).reduce((text, [name, path]) => text.replace(`<${name}>`, String(valueOf(path))), InputTemplate as string);
  expect(JSON.parse(message)).toEqual({
    version: '1.0',
    source: 'custom',
    content: {
      title: 'Audit/Audit: root credentials were deleted',
      description: '2 deleted, 3 found, 1 accounts failed',
      nextSteps: ['Read the report: aws s3 cp s3://reports/runs/1/report.html .'],
    },
  });
});

import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { IRootCredentialsSweep } from 'cdk-root-access';
import { Construct } from 'constructs';

/** A topic for alarms and notifications that Amazon Q shows in a channel. No command runs from the channel. */
export class SweepChat extends Construct {
  public readonly topic = new sns.Topic(this, 'Topic', { enforceSSL: true });
  private readonly guardrail = iam.ManagedPolicy.fromAwsManagedPolicyName('AWSDenyAll');

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic.grantPublish(new iam.ServicePrincipal('cloudwatch.amazonaws.com'));
  }

  /** The workspace is authorized in the console of Amazon Q Developer in chat applications, once. */
  public addSlack(slackWorkspaceId: string, slackChannelId: string) {
    new chatbot.SlackChannelConfiguration(this, 'Slack', {
      slackChannelConfigurationName: 'root-credentials',
      slackWorkspaceId,
      slackChannelId,
      notificationTopics: [this.topic],
      guardrailPolicies: [this.guardrail],
    });
  }

  /** The team is authorized in the same console, once. */
  public addTeams(teamsTenantId: string, teamId: string, teamsChannelId: string) {
    const role = new iam.Role(this, 'TeamsRole', { assumedBy: new iam.ServicePrincipal('chatbot.amazonaws.com') });
    new chatbot.CfnMicrosoftTeamsChannelConfiguration(this, 'Teams', {
      configurationName: 'root-credentials',
      teamsTenantId,
      teamId,
      teamsChannelId,
      iamRoleArn: role.roleArn,
      snsTopicArns: [this.topic.topicArn],
      guardrailPolicies: [this.guardrail.managedPolicyArn],
    });
  }

  /** Says what a sweep deleted. Amazon Q shows no plain text, so the rule makes a custom notification of the event. */
  public addDeletionsOf(sweep: IRootCredentialsSweep) {
    const of = (path: string) => events.EventField.fromPath(`$.detail.${path}`);
    sweep.onSweepFinished('DeletionsToChat', {
      eventPattern: { detail: { credentials: { deleted: [{ numeric: ['>', 0] }] } } },
      target: new targets.SnsTopic(this.topic, {
        message: events.RuleTargetInput.fromObject({
          version: '1.0',
          source: 'custom',
          content: {
            title: `${sweep.sweepName}: root credentials were deleted`,
            description: `${of('credentials.deleted')} deleted, ${of('credentials.found')} found, ${of('accounts.failed')} accounts failed`,
            nextSteps: [`Read the report: aws s3 cp ${of('report.html')} .`],
          },
        }),
      }),
    });
  }
}

import os

import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_kms as kms, aws_sns as sns
from aws_cdk.aws_cloudwatch_actions import SnsAction
from cdk_root_access import AccountSelection, AlarmOptions, OrgRootAccessFeatures, PasswordRecoveryOptions, RootSessionApprovers, RootSessionRunbooks

from settings import Settings

app = cdk.App()

settings = Settings(app, ["exclude", "protectedBuckets"])

stack = cdk.Stack(
    app,
    "BreakGlass",
    description="Break glass: what people else log in as root for, with a reason, an approval and a record",
    env=cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
)

features = OrgRootAccessFeatures(stack, "RootAccess")

# who is asked: subscribe the approvers, by mail or in your chat
key = kms.Key(stack, "Key", enable_key_rotation=True)
topic = sns.Topic(stack, "Approvers", master_key=key, enforce_ssl=True)

runbooks = RootSessionRunbooks(
    stack,
    "Runbooks",
    features=features,
    accounts=AccountSelection.organization(exclude=settings.items("exclude")),
    protected_buckets=settings.items("protectedBuckets"),
    approvers=RootSessionApprovers(topic=topic, timeout=cdk.Duration.hours(2)),
    allow_replacement=True,
    password_recovery=PasswordRecoveryOptions(duration=cdk.Duration.hours(8), topic=topic, reminders=[cdk.Duration.hours(1)]),
    alarms=AlarmOptions(actions=[SnsAction(topic)]),
    encryption_key=key,
)

# alarms publish with no role: the topic and its key must let them
alarms = iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": stack.account}})
topic.grant_publish(alarms)
key.grant(alarms, "kms:Decrypt", "kms:GenerateDataKey*")


def person(construct_id: str) -> iam.Role:
    return iam.Role(stack, construct_id, assumed_by=iam.AccountRootPrincipal())


# two roles, and nobody may hold both: who starts does not approve
operators = person("Operators")
runbooks.grant_start(operators)
runbooks.grant_read_records(operators)
approvers = person("ApproversRole")
runbooks.grant_approve(approvers)

cdk.CfnOutput(stack, "UnlockBucket", value=runbooks.unlock_bucket.document_name)
cdk.CfnOutput(stack, "UnlockQueue", value=runbooks.unlock_queue.document_name)
cdk.CfnOutput(stack, "RestoreBucketPolicy", value=runbooks.restore_bucket_policy.document_name)
cdk.CfnOutput(stack, "RestoreQueuePolicy", value=runbooks.restore_queue_policy.document_name)
cdk.CfnOutput(stack, "AllowPasswordRecovery", value=runbooks.allow_password_recovery.document_name)
cdk.CfnOutput(stack, "ExtendPasswordRecovery", value=runbooks.extend_password_recovery.document_name)
cdk.CfnOutput(stack, "ClosePasswordRecovery", value=runbooks.close_password_recovery.document_name)
cdk.CfnOutput(stack, "OperatorsRole", value=operators.role_arn)
cdk.CfnOutput(stack, "ApproversRoleArn", value=approvers.role_arn)
cdk.CfnOutput(stack, "Records", value=f"s3://{runbooks.records_bucket.bucket_name}/")

app.synth()

import os

import aws_cdk as cdk
from cdk_root_access import LongTermRootExemption, OrgRootAccessFeatures, RootUserGuardrail

from settings import Settings

app = cdk.App()

settings = Settings(app, ["targets", "archiveAccounts"])

stack = cdk.Stack(
    app,
    "RootGuardrails",
    description="Root users of member accounts act in root sessions, and in no other way",
    env=cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
)

# what takes the place of the root user's own credentials
features = OrgRootAccessFeatures(stack, "RootAccess")

# what no root session can do, and no role
archive_accounts = settings.items("archiveAccounts")
mfa_delete = LongTermRootExemption(
    reason="MFA delete of the archive bucket is switched by the root user alone",
    actions=["s3:PutBucketVersioning"],
    account_ids=archive_accounts,
)

guardrail = RootUserGuardrail(
    stack,
    "Guardrail",
    features=features,
    targets=settings.items("targets"),  # begin with one unit; the root of the organization comes when nobody has missed anything
    policy_name="deny-long-term-root",
    exemptions=[mfa_delete] if archive_accounts else [],
)

cdk.CfnOutput(stack, "Findings", value=guardrail.findings)

app.synth()

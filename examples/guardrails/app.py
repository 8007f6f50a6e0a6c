import os

import aws_cdk as cdk
from cdk_root_access import LongTermRootExemption, OrgRootAccessFeatures, RootUserGuardrail

app = cdk.App()


def context_list(name: str) -> list[str]:
    """A list in the context: `cdk deploy -c targets=ou-abcd-11111111,ou-abcd-22222222`."""
    return [item for item in (app.node.try_get_context(name) or "").split(",") if item]


stack = cdk.Stack(
    app,
    "RootGuardrails",
    description="Root users of member accounts act in root sessions, and in no other way",
    env=cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
)

# what takes the place of the root user's own credentials
features = OrgRootAccessFeatures(stack, "RootAccess")

# begin with one unit; the root of the organization comes when nobody has missed anything
guardrail = RootUserGuardrail(
    stack,
    "Guardrail",
    features=features,
    targets=context_list("targets") or ["ou-abcd-11111111"],
    policy_name="deny-long-term-root",
    exemptions=[
        LongTermRootExemption(
            # no root session can do it, and no role
            reason="MFA delete of the archive bucket is switched by the root user alone",
            actions=["s3:PutBucketVersioning"],
            account_ids=["444444444444"],
        ),
    ],
)

cdk.CfnOutput(stack, "Findings", value=guardrail.findings)

app.synth()

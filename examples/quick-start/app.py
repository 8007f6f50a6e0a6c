import os

import aws_cdk as cdk
from cdk_root_access import AccountSelection, JoinedAccounts, OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsPurge

app = cdk.App()


def context_list(name: str) -> list[str]:
    """A list in the context: `cdk deploy -c exclude=333333333333,444444444444`."""
    return [item for item in (app.node.try_get_context(name) or "").split(",") if item]


# what happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key
joined_accounts = {"audit": JoinedAccounts.AUDIT, "purge": JoinedAccounts.PURGE}
joined = app.node.try_get_context("joined")
if joined is not None and joined not in joined_accounts:
    raise ValueError(f"the context 'joined' must be audit or purge, got '{joined}'")

stack = cdk.Stack(
    app,
    "CentralizedRootAccess",
    description="Centralized root access: no member account keeps a root credential",
    env=cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
)

# the switches of the organization
features = OrgRootAccessFeatures(stack, "RootAccess")

# the account of your security team, if there is one
for account_id in context_list("delegate"):
    RootAccessDelegation(stack, f"Delegation{account_id}", account_id=account_id, features=features)

# the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
purge = RootCredentialsPurge(
    stack,
    "Purge",
    features=features,
    accounts=AccountSelection.organization(exclude=context_list("exclude")),
    dry_run=app.node.try_get_context("dryRun") == "true",
    joined_accounts=joined_accounts.get(joined),  # only in us-east-1: AWS sends the event to no other Region
)

cdk.CfnOutput(stack, "Reports", value=f"s3://{purge.reports_bucket.bucket_name}/latest/")
cdk.CfnOutput(stack, "Sweep", value=purge.state_machine.state_machine_arn)

app.synth()

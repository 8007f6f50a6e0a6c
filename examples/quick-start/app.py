import os

import aws_cdk as cdk
from cdk_root_access import AccountSelection, JoinedAccounts, OrgRootAccessFeatures, RootAccessDelegation, RootCredentialsPurge

from settings import Settings

app = cdk.App()

# `purge` is said by each deployment that is to delete; ids stand in cdk.json
settings = Settings(app, ["purge", "exclude", "delegate", "joined"])
purges = settings.flag("purge")
exclude = settings.items("exclude", None if purges else [])  # before anything is deleted, say what is not

# what happens to an account that joins: nothing, unless you choose. An account that is invited may run on its root user's access key
joined_accounts = {"audit": JoinedAccounts.AUDIT, "purge": JoinedAccounts.PURGE}
joined = settings.choice("joined", [*joined_accounts])

stack = cdk.Stack(
    app,
    "CentralizedRootAccess",
    description="Centralized root access: no member account keeps a root credential",
    env=cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
)

# the switches of the organization
features = OrgRootAccessFeatures(stack, "RootAccess")

# the account of your security team, if there is one; it stays registered until you deregister it, also when it is left out here
for account_id in settings.items("delegate", []):
    RootAccessDelegation(
        stack, f"Delegation{account_id}", account_id=account_id, features=features, removal_policy=cdk.RemovalPolicy.RETAIN
    )

# the sweep: a deployment ends when it has ended, and fails when an account could not be cleaned
purge = RootCredentialsPurge(
    stack,
    "Purge",
    features=features,
    accounts=AccountSelection.organization(exclude=exclude),
    dry_run=not purges,
    joined_accounts=joined_accounts.get(joined),  # only in us-east-1: AWS sends the event to no other Region
)
if purges:
    excluded = ", ".join(exclude) or "none"
    cdk.Annotations.of(stack).add_info(f"this deployment DELETES the root credentials of every member account; excluded are: {excluded}")

mode = "purge: root credentials are deleted" if purges else "dry run: nothing is deleted without -c purge=true"
cdk.CfnOutput(stack, "Mode", value=mode)
cdk.CfnOutput(stack, "Summary", value=purge.deployment_summary)
cdk.CfnOutput(stack, "Report", value=purge.deployment_report)
cdk.CfnOutput(stack, "Reports", value=f"s3://{purge.reports_bucket.bucket_name}/latest/")
cdk.CfnOutput(stack, "Sweep", value=purge.state_machine.state_machine_arn)

app.synth()

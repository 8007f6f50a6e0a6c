import aws_cdk as cdk
from aws_cdk import aws_scheduler as scheduler
from cdk_root_access import (
    AccountJoinedForwarder,
    AccountSelection,
    CentralizedRootAccess,
    JoinedAccounts,
    OrgRootAccessFeatures,
    RootCredentialsPurge,
)

app = cdk.App()


def context(name: str) -> str:
    """
    `cdk deploy --all -c management=111111111111 -c security=222222222222 -c organization=o-abcdefghij`, with credentials of the management
    account; for that the security account is bootstrapped with `--trust 111111111111`.
    """
    value = app.node.try_get_context(name)
    if value is None:
        raise ValueError(f"give the context '{name}'")
    return value


management_account_id = context("management")
security_account_id = context("security")

# the management account: the switches, the delegation, and a daily audit that tells of what it finds
management = cdk.Stack(
    app,
    "Management",
    description="Centralized root access: the switches of the organization, and a daily audit",
    env=cdk.Environment(account=management_account_id, region="us-east-1"),
)
root_access = CentralizedRootAccess(management, "RootAccess", delegated_administrator=security_account_id)

# the security account: the purge, every week and of each account that joins
security = cdk.Stack(
    app,
    "Security",
    description="Centralized root access: no member account keeps a root credential",
    env=cdk.Environment(account=security_account_id, region="eu-west-1"),
)
purge = RootCredentialsPurge(
    security,
    "Purge",
    features=OrgRootAccessFeatures.from_org_root_access_features_attributes(
        security,
        "RootAccess",
        organization_id=context("organization"),
        management_account_id=management_account_id,
    ),
    accounts=AccountSelection.organization(exclude=[security_account_id]),  # swept from the management account, if at all
    schedule=scheduler.ScheduleExpression.rate(cdk.Duration.days(7)),
    joined_accounts=JoinedAccounts.AUDIT,
    joined_accounts_forwarded_from=management_account_id,
)
security.add_dependency(management)

# AWS sends the event of an account that joins to the management account in us-east-1 only
forwarding = cdk.Stack(
    app,
    "Forwarding",
    description="Centralized root access: carries the event of an account that joins to the security account",
    env=cdk.Environment(account=management_account_id, region="us-east-1"),
)
AccountJoinedForwarder(forwarding, "JoinedAccounts", bus=purge.joined_accounts_bus)

cdk.CfnOutput(management, "Notifications", value=root_access.notifications.topic_arn)
cdk.CfnOutput(security, "Reports", value=f"s3://{purge.reports_bucket.bucket_name}/latest/")
cdk.CfnOutput(security, "Sweep", value=purge.state_machine.state_machine_arn)

app.synth()

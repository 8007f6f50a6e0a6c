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

from settings import Settings

app = cdk.App()

# `cdk deploy --all`, with credentials of the management account; for that the security account is bootstrapped with `--trust 111111111111`.
# `purge` is said by each deployment that is to delete; ids stand in cdk.json
settings = Settings(app, ["purge", "exclude", "management", "security", "organization"])
purges = settings.flag("purge")
exclude = settings.items("exclude", None if purges else [])  # before anything is deleted, say what is not
management_account_id = settings.text("management", r"\d{12}", "111111111111")
security_account_id = settings.text("security", r"\d{12}", "222222222222")

# the management account: the switches, the delegation, and a daily audit that tells of what it finds
management = cdk.Stack(
    app,
    "Management",
    description="Centralized root access: the switches of the organization, and a daily audit",
    env=cdk.Environment(account=management_account_id, region="us-east-1"),
)
root_access = CentralizedRootAccess(management, "RootAccess", delegated_administrator_account_id=security_account_id)

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
        organization_id=settings.text("organization", r"o-[a-z0-9]{10,32}", "o-abcdefghij"),
        management_account_id=management_account_id,
    ),
    # its own account is swept from the management account, if at all
    accounts=AccountSelection.organization(exclude=[security_account_id, *exclude]),
    dry_run=not purges,
    schedule=scheduler.ScheduleExpression.rate(cdk.Duration.days(7)),
    joined_accounts=JoinedAccounts.AUDIT,
    joined_accounts_forwarder_account_id=management_account_id,
)
security.add_dependency(management)
if purges:
    excluded = ", ".join([security_account_id, *exclude])
    cdk.Annotations.of(security).add_info(f"this deployment DELETES the root credentials of every member account; excluded are: {excluded}")

# AWS sends the event of an account that joins to the management account in us-east-1 only
forwarding = cdk.Stack(
    app,
    "Forwarding",
    description="Centralized root access: carries the event of an account that joins to the security account",
    env=cdk.Environment(account=management_account_id, region="us-east-1"),
)
AccountJoinedForwarder(forwarding, "JoinedAccounts", bus=purge.joined_accounts_bus)

cdk.CfnOutput(management, "Notifications", value=root_access.notifications.topic_arn)
mode = "purge: root credentials are deleted" if purges else "dry run: nothing is deleted without -c purge=true"
cdk.CfnOutput(security, "Mode", value=mode)
cdk.CfnOutput(security, "Summary", value=purge.deployment_summary)
cdk.CfnOutput(security, "Report", value=purge.deployment_report)
cdk.CfnOutput(security, "Reports", value=f"s3://{purge.reports_bucket.bucket_name}/latest/")
cdk.CfnOutput(security, "Sweep", value=purge.state_machine.state_machine_arn)

app.synth()

from aws_cdk import App, Environment, Stack
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from cdk_root_access import CentralizedRootAccess

app = App()
stack = Stack(
    app, "RootAccess",
    env=Environment(account="111111111111", region="us-east-1"),
)

root_access = CentralizedRootAccess(
    stack, "RootAccess",
    # your security account, if it is to manage root access too
    delegated_administrator_account_id="222222222222",
)
root_access.notifications.add_subscription(
    EmailSubscription("security@example.com")
)

app.synth()

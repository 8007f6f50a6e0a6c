from aws_cdk import (
    App, Environment, Stack,
    aws_sns_subscriptions as subscriptions,
)
from cdk_root_access import CentralizedRootAccess

app = App()
stack = Stack(app, "RootAccess", env=Environment(
    account="111111111111", region="us-east-1",
))

root = CentralizedRootAccess(
    stack, "Root",
    # optional: your security account
    delegated_administrator_account_id="222222222222",
)
root.notifications.add_subscription(
    subscriptions.EmailSubscription("sec@example.com")
)

app.synth()

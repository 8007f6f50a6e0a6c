"""IAM: sizes of policies are limited, and the front hears when a deployment changes a policy."""
import json
import re

from local_engine.front import ask
from local_engine.handlers import around
from ministack.services import iam

# IAM user guide, "IAM and AWS STS quotas"; white space does not count.
INLINE_LIMIT = 10_240
MANAGED_LIMIT = 6_144
INLINE_TOO_LARGE = f"Maximum policy size of {INLINE_LIMIT} bytes exceeded for role {{role}}"
MANAGED_TOO_LARGE = f"Cannot exceed quota for PolicySize: {MANAGED_LIMIT}"

CHANGES_POLICIES = (
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
)


def size(*documents):
    return sum(len(re.sub(r"\s", "", document if isinstance(document, str) else json.dumps(document))) for document in documents)


def refuse(message):
    return iam._error(409, "LimitExceeded", message)


def put_role_policy_within_limit(put_role_policy):
    def call(request):
        role, name = iam._p(request, "RoleName"), iam._p(request, "PolicyName")
        others = [document for other, document in (iam._roles.get(role) or {}).get("InlinePolicies", {}).items() if other != name]
        if size(iam._p(request, "PolicyDocument"), *others) > INLINE_LIMIT:
            return refuse(INLINE_TOO_LARGE.format(role=role))
        return put_role_policy(request)

    return call


def managed_within_limit(operation):
    def call(request):
        return refuse(MANAGED_TOO_LARGE) if size(iam._p(request, "PolicyDocument")) > MANAGED_LIMIT else operation(request)

    return call


def check_role(properties):
    if size(*[policy["PolicyDocument"] for policy in properties.get("Policies", [])]) > INLINE_LIMIT:
        raise ValueError(INLINE_TOO_LARGE.format(role=properties.get("RoleName", "")))


def check_managed_policy(properties):
    if size(properties["PolicyDocument"]) > MANAGED_LIMIT:
        raise ValueError(MANAGED_TOO_LARGE)


def install():
    limited = {
        "PutRolePolicy": put_role_policy_within_limit(iam._put_role_policy),
        "CreatePolicy": managed_within_limit(iam._create_policy),
        "CreatePolicyVersion": managed_within_limit(iam._create_policy_version),
    }
    iam._IAM_HANDLERS.update(limited)
    iam._put_role_policy = limited["PutRolePolicy"]  # deployments call it by this name

    around("AWS::IAM::Role", before=check_role)
    around("AWS::IAM::ManagedPolicy", before=check_managed_policy)
    for resource_type in CHANGES_POLICIES:
        around(resource_type, after=lambda physical_id, properties: ask("policies-changed"))

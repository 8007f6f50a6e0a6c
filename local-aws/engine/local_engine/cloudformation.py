"""CloudFormation: the resource types AWS::Organizations::Policy and AWS::SSM::Document, which ministack refuses."""
import inspect
import json
import uuid

from local_engine.front import client
from ministack.services.cloudformation import stacks
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def as_text(content):
    return content if isinstance(content, str) else json.dumps(content)


class Policy:
    """AWS::Organizations::Policy"""

    @staticmethod
    def create(logical_id, properties, stack):
        organizations = client("organizations")
        policy = organizations.create_policy(
            Name=properties["Name"], Description=properties.get("Description", ""), Type=properties["Type"], Content=as_text(properties["Content"])
        )["Policy"]["PolicySummary"]
        for target in properties.get("TargetIds", []):
            organizations.attach_policy(PolicyId=policy["Id"], TargetId=target)
        return policy["Id"], {"Id": policy["Id"], "Arn": policy["Arn"]}

    @staticmethod
    def update(policy_id, old, new, stack):
        organizations = client("organizations")
        policy = organizations.update_policy(
            PolicyId=policy_id, Name=new["Name"], Description=new.get("Description", ""), Content=as_text(new["Content"])
        )["Policy"]["PolicySummary"]
        before, after = set(old.get("TargetIds", [])), set(new.get("TargetIds", []))
        for target in after - before:
            organizations.attach_policy(PolicyId=policy_id, TargetId=target)
        for target in before - after:
            organizations.detach_policy(PolicyId=policy_id, TargetId=target)
        return policy_id, {"Id": policy_id, "Arn": policy["Arn"]}

    @staticmethod
    def delete(policy_id, properties):
        organizations = client("organizations")
        for target in properties.get("TargetIds", []):
            organizations.detach_policy(PolicyId=policy_id, TargetId=target)
        organizations.delete_policy(PolicyId=policy_id)


class Document:
    """AWS::SSM::Document"""

    @staticmethod
    def create(logical_id, properties, stack):
        name = properties.get("Name") or f"{stack}-{logical_id}-{uuid.uuid4().hex[:12]}"
        client("ssm").create_document(
            Name=name, Content=as_text(properties["Content"]), DocumentType=properties.get("DocumentType", "Command"), DocumentFormat="JSON"
        )
        return name, {}

    @staticmethod
    def update(name, old, new, stack, logical_id):
        """Another content is a replacement, which a document with a name of its own cannot have, unless UpdateMethod says NewVersion."""
        ssm = client("ssm")
        if new.get("Name", name) != name or old.get("DocumentType") != new.get("DocumentType"):
            return Document.create(logical_id, new, stack)
        if as_text(old["Content"]) == as_text(new["Content"]):
            return name, {}
        if new.get("UpdateMethod") == "NewVersion":
            version = ssm.update_document(Name=name, Content=as_text(new["Content"]), DocumentVersion="$LATEST")["DocumentDescription"]["DocumentVersion"]
            ssm.update_document_default_version(Name=name, DocumentVersion=version)
            return name, {}
        if "Name" in new:
            raise ValueError(f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and update the stack again.")
        return Document.create(logical_id, new, stack)

    @staticmethod
    def delete(name, properties):
        client("ssm").delete_document(Name=name)


ADDED = {"AWS::Organizations::Policy": Policy, "AWS::SSM::Document": Document}


def install():
    for name, added in ADDED.items():
        _RESOURCE_HANDLERS[name] = {
            "create": added.create,
            "update": added.update,
            "delete": added.delete,
            "update_with_logical_id": "logical_id" in inspect.signature(added.update).parameters,
        }

    runs_on_thread = stacks._runs_on_worker_thread  # they call the front, so not on the event loop
    stacks._runs_on_worker_thread = lambda resource_type: resource_type in ADDED or runs_on_thread(resource_type)

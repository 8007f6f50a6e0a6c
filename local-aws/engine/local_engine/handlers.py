"""Extends the functions with which ministack creates, updates and deletes a resource of a stack."""
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS


def around(resource_type, before=None, after=None):
    """Calls before(properties) and after(physical id, properties) around each creation and update; after a deletion, properties is None."""
    handlers = _RESOURCE_HANDLERS[resource_type]

    def wrap(handler, position):
        def call(*parameters, **named):
            properties = parameters[position]
            if before:
                before(properties)
            physical_id, attributes = handler(*parameters, **named)
            if after:
                after(physical_id, properties)
            return physical_id, attributes

        return call

    def delete(physical_id, properties, *rest, **named):
        deleted = handlers_delete(physical_id, properties, *rest, **named)
        if after:
            after(physical_id, None)
        return deleted

    handlers_delete = handlers["delete"]
    handlers.update(create=wrap(handlers["create"], 1), update=wrap(handlers["update"], 2), delete=delete)

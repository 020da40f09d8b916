"""Runs ministack 1.5.33 with one fault mended; its own interpreter runs this file, not the project's.

The fault: where a nested stack is updated, a resource in it that stays as it is loses its attributes
(services/cloudformation/provisioners.py, _cfn_nested_stack_deploy: it calls _update_resource without `old_attrs`), so
that whatever names them fails. CloudFormation keeps them. tests/emulators/nested_attributes.py shows the fault.
"""

from typing import Any

from ministack.app import main  # type: ignore[import-not-found]
from ministack.services import cloudformation  # type: ignore[import-not-found]
from ministack.services.cloudformation import provisioners  # type: ignore[import-not-found]

_update = provisioners._update_resource


def _update_with_attributes(
    kind: str, physical_id: str, old: Any, new: Any, stack: str, logical_id: str = "", attributes: Any = None
) -> Any:
    """Updates a resource; one that stays as it is keeps the attributes that its stack knows."""
    if attributes is None:
        known = (cloudformation._stacks.get(stack) or {}).get("_resources", {})
        attributes = known.get(logical_id, {}).get("Attributes")
    return _update(kind, physical_id, old, new, stack, logical_id, attributes)


if __name__ == "__main__":
    provisioners._update_resource = _update_with_attributes
    main()

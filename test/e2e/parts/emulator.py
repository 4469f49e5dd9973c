"""Starts MiniStack with the resource types that our stack has and MiniStack doesn't know.

It refuses a template with any other type. These get an id and what else may be asked of them,
and do nothing: no test may rest on what they do.
"""

import uuid

from ministack.app import main
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

# By type, the attributes for Fn::GetAtt; each is the id, or made from it.
STAND_INS = {
    "AWS::EC2::EIP": ("AllocationId", "PublicIp"),
    "AWS::EC2::NatGateway": ("NatGatewayId",),
    "AWS::Logs::QueryDefinition": ("QueryDefinitionId",),
}


def stand_in(attributes):
    def create(logical_id, props, stack_name):
        physical_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{stack_name}/{logical_id}"))
        return physical_id, dict.fromkeys(attributes, physical_id)

    return {"create": create, "delete": lambda physical_id, props: None}


for resource_type, attributes in STAND_INS.items():
    if resource_type in _RESOURCE_HANDLERS:
        raise SystemExit(f"MiniStack knows {resource_type} by now: take the stand-in away.")
    _RESOURCE_HANDLERS[resource_type] = stand_in(attributes)

if __name__ == "__main__":
    main()

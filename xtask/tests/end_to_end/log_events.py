"""Prints every log event that the endpoint in argv[1] keeps, as botocore reads it."""

import sys

import botocore.session

session = botocore.session.get_session()
session.set_credentials("test", "test")
logs = session.create_client("logs", region_name="us-east-1", endpoint_url=sys.argv[1])
for groups in logs.get_paginator("describe_log_groups").paginate():
    for group in groups["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                print(group["logGroupName"], event["message"].rstrip())

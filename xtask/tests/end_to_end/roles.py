"""Makes roles and takes them on, or makes calls as one of them, as botocore does. Asked by JSON on standard input."""

import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

ask = json.load(sys.stdin)
SETTINGS = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})


def client(service, id="test", key="test", token=None):
    session = botocore.session.get_session()
    session.set_credentials(id, key, token)
    return session.create_client(service, region_name="us-east-1", endpoint_url=ask["endpoint"], config=SETTINGS)


def assume(name, path, document):
    iam, sts = client("iam"), client("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(document))
    given = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="tests")["Credentials"]
    return [given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]]


def call(credentials, service, operation, parameters):
    try:
        getattr(client(service, *credentials), operation)(**parameters)
        return "done"
    except ClientError as error:
        return error.response["Error"]["Code"]


if "document" in ask:
    print(json.dumps(assume(ask["name"], ask["path"], ask["document"])))
else:
    print(json.dumps([call(ask["credentials"], *one) for one in ask["calls"]]))

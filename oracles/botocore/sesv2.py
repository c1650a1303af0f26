"""What an independent client, driven by Amazon's own description of its API, makes of our Amazon SES.

botocore signs every request, checks every parameter, reads every answer into the shapes of its service model, and names
errors by Amazon's rules. One argument: the simulator's origin. Every fact that holds is a line `ok <name>`; the first one
that does not ends the run with status 1.
"""

import datetime
import json
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

FROM = "Boats <hello@boats.example>"


def main(origin):
    ses = client(origin)
    simulator = Simulator(origin)
    for check in CHECKS:
        simulator.reset()
        check(ses, simulator)
        print(f"ok {check.__name__}", flush=True)


def an_account_is_read_into_its_shape(ses, simulator):
    account = ses.get_account()
    expect(account["SendingEnabled"], True)
    expect(account["EnforcementStatus"], "HEALTHY")
    expect(account["ProductionAccessEnabled"], True)
    expect(set(account["SendQuota"]), {"Max24HourSend", "MaxSendRate", "SentLast24Hours"})
    expect(account["SuppressionAttributes"]["SuppressedReasons"], ["BOUNCE", "COMPLAINT"])


def a_mail_is_accepted_as_it_was_sent(ses, simulator):
    sent = send(ses, "success@boats.example")
    (mail,) = simulator.get("/_ses/accepted?recipient=success@boats.example")
    expect(mail["message_id"], sent["MessageId"])
    expect(mail["tags"], {"campaign": "spring-2027"})
    expect(mail["headers"], [["List-Unsubscribe", "<https://boats.example/u>"]])
    expect(mail["configuration_set"], "marketing")
    expect(ses.get_account()["SendQuota"]["SentLast24Hours"] >= 1.0, True)


def a_raw_mail_is_accepted(ses, simulator):
    message = b"From: hello@boats.example\r\nTo: raw@boats.example\r\nSubject: Ahoy\r\n\r\nBody\r\n"
    ses.send_email(Content={"Raw": {"Data": message}})
    (mail,) = simulator.get("/_ses/accepted?recipient=raw@boats.example")
    expect(mail["subject"], "Ahoy")


def mailboxes_report_what_became_of_a_mail(ses, simulator):
    for local, kinds in [
        ("success", ["Send", "Delivery"]),
        ("bounce", ["Send", "Bounce"]),
        ("complaint", ["Send", "Delivery", "Complaint"]),
    ]:
        simulator.delete("/_ses/feedback")
        sent = send(ses, f"{local}@boats.example")
        reports = [
            report
            for report in simulator.get("/_ses/feedback")
            if report["mail"]["messageId"] == sent["MessageId"]
        ]
        expect([report["eventType"] for report in reports], kinds)
        expect(reports[-1]["mail"]["tags"]["campaign"], ["spring-2027"])


def a_bounce_is_on_the_suppression_list_with_its_cause(ses, simulator):
    sent = send(ses, "bounce+1@boats.example")
    found = ses.get_suppressed_destination(EmailAddress="bounce+1@boats.example")["SuppressedDestination"]
    expect(found["Reason"], "BOUNCE")
    expect(found["Attributes"]["MessageId"], sent["MessageId"])
    age = datetime.datetime.now(datetime.timezone.utc) - found["LastUpdateTime"]
    expect(abs(age) < datetime.timedelta(minutes=5), True)


def the_suppression_list_is_read_in_pages(ses, simulator):
    wanted = {f"{number}@pages.example" for number in range(5)}
    for address in wanted:
        ses.put_suppressed_destination(EmailAddress=address, Reason="COMPLAINT")
    now = datetime.datetime.now(datetime.timezone.utc)
    window = {"StartDate": now - datetime.timedelta(hours=1), "EndDate": now + datetime.timedelta(hours=1)}
    pages = list(list_pages(ses, PageSize=2, Reasons=["BOUNCE", "COMPLAINT"], **window))
    found = [summary for page in pages for summary in page["SuppressedDestinationSummaries"]]
    addresses = [summary["EmailAddress"] for summary in found]
    expect(len(addresses), len(set(addresses)))
    expect(wanted <= set(addresses), True)
    expect(len(pages) >= 3, True)
    expect({type(summary["LastUpdateTime"]) for summary in found}, {datetime.datetime})
    expect(list(list_pages(ses, EndDate=now - datetime.timedelta(days=1)))[0]["SuppressedDestinationSummaries"], [])
    for address in wanted:
        ses.delete_suppressed_destination(EmailAddress=address)
    kept = [page["SuppressedDestinationSummaries"] for page in list_pages(ses, Reasons=["COMPLAINT"])]
    expect(wanted & {summary["EmailAddress"] for page in kept for summary in page}, set())


def errors_have_their_types(ses, simulator):
    unknown = {"EmailAddress": "nobody@boats.example"}
    expect_error(ses.exceptions.NotFoundException, lambda: ses.get_suppressed_destination(**unknown))
    expect_error(ses.exceptions.NotFoundException, lambda: ses.delete_suppressed_destination(**unknown))
    expect_error(
        ses.exceptions.InvalidNextTokenException, lambda: ses.list_suppressed_destinations(NextToken="+")
    )
    expect_error(ses.exceptions.BadRequestException, lambda: send(ses, "nobody"))
    for account, error in [
        ({"SendQuota": {"MaxSendRate": 0.0}}, ses.exceptions.TooManyRequestsException),
        ({"SendQuota": {"Max24HourSend": 0.0}}, ses.exceptions.LimitExceededException),
        ({"VerifiedIdentities": ["other.example"]}, ses.exceptions.MessageRejected),
        ({"SendingEnabled": False}, ses.exceptions.SendingPausedException),
        ({"EnforcementStatus": "SHUTDOWN"}, ses.exceptions.AccountSuspendedException),
        ({"MailFromDomainVerified": False}, ses.exceptions.MailFromDomainNotVerifiedException),
        ({"ConfigurationSets": []}, ses.exceptions.NotFoundException),
    ]:
        simulator.reset()
        simulator.put("/_ses/account", account)
        expect_error(error, lambda: send(ses, "success@boats.example"))


def mishaps_look_like_a_bad_network(ses, simulator):
    for kind, error in [
        ("accept-then-drop", ConnectionClosedError),
        ("reset", ConnectionClosedError),
        ("hang", ReadTimeoutError),
    ]:
        simulator.put("/_ses/fault/mishap@boats.example", {"kind": kind, "times": 1})
        expect_error(error, lambda: send(ses, "mishap@boats.example"))
    expect(len(simulator.get("/_ses/accepted?recipient=mishap@boats.example")), 1)


CHECKS = [
    an_account_is_read_into_its_shape,
    a_mail_is_accepted_as_it_was_sent,
    a_raw_mail_is_accepted,
    mailboxes_report_what_became_of_a_mail,
    a_bounce_is_on_the_suppression_list_with_its_cause,
    the_suppression_list_is_read_in_pages,
    errors_have_their_types,
    mishaps_look_like_a_bad_network,
]


def client(origin):
    return boto3.client(
        "sesv2",
        region_name="us-east-1",
        endpoint_url=f"{origin}/ses",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # Every error is to be seen once, and at once.
        config=Config(retries={"total_max_attempts": 1}, read_timeout=2),
    )


def send(ses, to):
    return ses.send_email(
        FromEmailAddress=FROM,
        Destination={"ToAddresses": [to]},
        Content={
            "Simple": {
                "Subject": {"Data": "Ahoy"},
                "Body": {"Html": {"Data": "<p>Ahoy</p>"}, "Text": {"Data": "Ahoy"}},
                "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://boats.example/u>"}],
            }
        },
        EmailTags=[{"Name": "campaign", "Value": "spring-2027"}],
        ConfigurationSetName="marketing",
    )


def list_pages(ses, **parameters):
    """Every page of the suppression list. The service model describes no paginator for it."""
    while True:
        page = ses.list_suppressed_destinations(**parameters)
        yield page
        if "NextToken" not in page:
            return
        parameters["NextToken"] = page["NextToken"]


def expect(found, wanted):
    if found != wanted:
        fail(f"{found!r} is not {wanted!r}")


def expect_error(kind, action):
    try:
        action()
    except kind:
        return
    except Exception as error:
        fail(f"{error!r} is not {kind.__name__}")
    fail(f"no {kind.__name__}")


def fail(reason):
    raise Mismatch(reason)


class Mismatch(Exception):
    """The simulator is not what Amazon's description says."""


class Simulator:
    """What only the simulator's holder may do."""

    # Not the real quota: the checks come faster than a new account may send.
    ACCOUNT = {
        "SendQuota": {"MaxSendRate": 1000.0, "Max24HourSend": 50000.0},
        "SendingEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": True,
        "VerifiedIdentities": None,
        "ConfigurationSets": None,
        "MailFromDomainVerified": True,
    }

    def __init__(self, origin):
        self.origin = origin

    def reset(self):
        self.put("/_ses/account", self.ACCOUNT)
        # Whoever deployed beside this simulator has told it a topic: here the reports are read where they are kept.
        self.put("/_ses/feedback", {})
        self.delete("/_ses/accepted")
        self.delete("/_ses/feedback")

    def get(self, path):
        return json.loads(self._call("GET", path))

    def put(self, path, body):
        self._call("PUT", path, json.dumps(body).encode())

    def delete(self, path):
        self._call("DELETE", path)

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self.origin + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: sesv2.py <the simulator's origin>")
    try:
        main(sys.argv[1].rstrip("/"))
    except Mismatch as mismatch:
        sys.exit(f"mismatch: {mismatch}")

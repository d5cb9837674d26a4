"""What the environment says of the tenant: each by its form, all of it at once, and nothing of it shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.tenant.environment import Credentials, Tenant, TenantIncomplete
from harness.tenant.meetings import EXPECTED, MeetingLink, MeetingNumber, read_meeting
from harness.tenant.variables import VARIABLES, read_variables
from tests.standin.planted import ADELE, MEETING_URL, TENANT_ID, THREAD_ID
from tests.tenant import certified

ID = "00000000-0000-4000-8000-000000000001"
SECRET = "not~this.One"
ENOUGH = {
    "AZURE_TENANT_ID": ID,
    "AZURE_CLIENT_ID": ID,
    "AZURE_CLIENT_SECRET": SECRET,
    "GRAPH_CALLBACK_URL": "https://bot.contoso.com/api/calls",
    "GRAPH_USERS": f"{ID}, 00000000-0000-4000-8000-000000000002",
}
A_GUID = f"expected a GUID such as {ID}"


def test_tenant_is_read_from_the_environment() -> None:
    more = {
        "GRAPH_PHONE": "+493023125404",
        "GRAPH_MEETING": MEETING_URL,
        "GRAPH_APP_INSTANCE": ID,
        "GRAPH_BASE_URL": "https://graph.microsoft.us/",
        "PATH": "/bin",
    }

    tenant = Tenant.from_environment({**ENOUGH, **more})

    assert tenant == Tenant(
        credentials=Credentials(ID, ID, SECRET, None, None, "https://graph.microsoft.us"),
        callback_url="https://bot.contoso.com/api/calls",
        users=(ID, "00000000-0000-4000-8000-000000000002"),
        phone="+493023125404",
        meeting=MeetingLink(THREAD_ID, "0", ADELE.id, TENANT_ID),
        app_instance=ID,
    )
    assert tenant.credentials.login_host == "login.microsoftonline.us"


def test_tenant_shows_neither_secret_nor_person() -> None:
    tenant = Tenant.from_environment({**ENOUGH, "GRAPH_MEETING": MEETING_URL, "GRAPH_PHONE": "+493023125404"})

    assert repr(tenant) == (
        "Tenant(credentials=Credentials(graph_url='https://graph.microsoft.com'), "
        "callback_url='https://bot.contoso.com/api/calls', meeting=MeetingLink())"
    )


def test_everything_that_is_missing_or_wrong_is_said_at_once() -> None:
    with pytest.raises(TenantIncomplete) as raised:
        Tenant.from_environment({"AZURE_TENANT_ID": "common", "GRAPH_USERS": ID, "GRAPH_PHONE": "030 23125404"})

    assert str(raised.value) == (
        "the environment does not describe the tenant:\n"
        "  AZURE_CLIENT_ID is not set: the application (client) id of the app registration\n"
        "  GRAPH_CALLBACK_URL is not set: the public https address of the bot, as its tunnel gives it\n"
        "  AZURE_CLIENT_SECRET is not set: the value of a client secret; "
        "or AZURE_CLIENT_CERTIFICATE_PATH: a file with certificate and private key, PEM or PFX\n"
        "  AZURE_TENANT_ID: is 'common', where people of any tenant sign in; an application names its tenant\n"
        "  GRAPH_PHONE: expected + and 7 to 15 digits, got another form, 12 long"
    )
    assert isinstance(raised.value, UsageError)


def test_signing_in_needs_no_more_than_its_own() -> None:
    mine = {name: value for name, value in ENOUGH.items() if name.startswith("AZURE_")}

    assert Credentials.from_environment({**mine, "GRAPH_USERS": "nobody"}).secret == SECRET


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("AZURE_TENANT_ID", "tenant", f"{A_GUID}, or the tenant's domain, contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", SECRET, f"{A_GUID}, got another form, 12 long"),
        ("AZURE_CLIENT_ID", f" {ID}", "begins or ends with white space"),
        ("AZURE_CLIENT_SECRET", f"{SECRET}\n", "begins or ends with white space"),
        ("AZURE_CLIENT_SECRET", f'"{SECRET}"', "stands in quotation marks, which belong to the shell"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "/nowhere.pem", "there is no such file"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", __file__, "AZURE_CLIENT_SECRET is set as well: leave one of them out"),
        ("GRAPH_CALLBACK_URL", "http://bot.contoso.com", "expected an https address: Graph talks https only"),
        ("GRAPH_CALLBACK_URL", "https://[bot", "is no address: expected https://host/path"),
        (
            "GRAPH_CALLBACK_URL",
            "https://me:pass@bot.contoso.com",
            "expected an address without name, password or fragment",
        ),
        (
            "GRAPH_CALLBACK_URL",
            "https://127.0.0.1:8445/",
            "leads to this machine: expected the public address that your tunnel gave you",
        ),
        ("GRAPH_USERS", f"{ID},adele", "number 2 is no object id: expected GUIDs with commas between them"),
        ("GRAPH_USERS", " , ", "begins or ends with white space"),
        ("GRAPH_USERS", ",;", "names nobody: expected GUIDs with commas between them"),
        ("AZURE_CLIENT_ID", "a\udcff", "is no text in UTF-8"),
        ("GRAPH_USERS", f"{ID};{ID.upper()}", "names somebody twice: each stands for one person who answers"),
        ("GRAPH_MEETING", "https://contoso.com/", f"is no join link: {EXPECTED}"),
        ("GRAPH_APP_INSTANCE", "x", f"{A_GUID}, got another form, 1 long"),
        (
            "GRAPH_BASE_URL",
            "https://graph.contoso.com",
            "is no Graph: expected one of https://graph.microsoft.com, https://graph.microsoft.us, "
            "https://dod-graph.microsoft.us, https://microsoftgraph.chinacloudapi.cn",
        ),
        (
            "GRAPH_BASE_URL",
            "https://graph.microsoft.com/v1.0",
            "expected https://graph.microsoft.com, without version and path",
        ),
    ],
)
def test_value_of_another_form_is_refused_without_being_shown(name: str, value: str, problem: str) -> None:
    reading = read_variables({**ENOUGH, name: value})

    assert reading.problems == {name: problem}
    assert reading.missing == ()


def test_certificate_in_place_of_its_path_is_not_shown() -> None:
    """No file has a name as long as that, which the system's own error repeats."""
    mine = {**ENOUGH, "AZURE_CLIENT_CERTIFICATE_PATH": certified.private().decode().strip().replace("/", "A")}
    del mine["AZURE_CLIENT_SECRET"]

    assert read_variables(mine).problems == {"AZURE_CLIENT_CERTIFICATE_PATH": "there is no such file"}


def test_domain_is_a_tenant() -> None:
    assert read_variables({**ENOUGH, "AZURE_TENANT_ID": "contoso.onmicrosoft.com"}).problems == {}


def test_empty_is_not_set() -> None:
    assert read_variables(dict.fromkeys(VARIABLES, "")).missing == (
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "GRAPH_CALLBACK_URL",
        "GRAPH_USERS",
        "AZURE_CLIENT_SECRET",
    )


def test_certificate_stands_in_for_the_secret() -> None:
    mine = {**ENOUGH, "AZURE_CLIENT_CERTIFICATE_PATH": __file__, "AZURE_CLIENT_CERTIFICATE_PASSWORD": "word"}
    del mine["AZURE_CLIENT_SECRET"]

    found = Tenant.from_environment(mine).credentials

    assert (found.secret, found.certificate, found.password) == (None, Path(__file__), "word")


def test_link_and_number_become_what_a_new_call_needs() -> None:
    assert read_meeting(MEETING_URL).members() == {
        "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", "threadId": THREAD_ID, "messageId": "0"},
        "meetingInfo": {
            "@odata.type": "#microsoft.graph.organizerMeetingInfo",
            "organizer": {
                "@odata.type": "#microsoft.graph.identitySet",
                "user": {"@odata.type": "#microsoft.graph.identity", "id": ADELE.id, "tenantId": TENANT_ID},
            },
        },
        "tenantId": TENANT_ID,
    }
    assert read_meeting("318 224 907 561, hT7wQz").members() == {
        "meetingInfo": {
            "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo",
            "joinMeetingId": "318224907561",
            "passcode": "hT7wQz",
        }
    }
    assert read_meeting("318224907561") == MeetingNumber("318224907561", None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Monday's", f"is neither: {EXPECTED}"),
        ("https://[teams/l/meetup-join/19/0", f"is no join link: {EXPECTED}"),
        ("318224907561,", f"is neither: {EXPECTED}"),
        (
            MEETING_URL.split("?")[0],
            "is a join link whose `context` does not name organizer (Oid) and tenant (Tid): copy the whole link",
        ),
        (
            "https://teams.microsoft.com/meet/318224907561?p=x",
            "is a short link, which does not say who the organizer is; set 'ID, PASSCODE' of the invitation",
        ),
    ],
)
def test_what_is_no_meeting_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        read_meeting(text)

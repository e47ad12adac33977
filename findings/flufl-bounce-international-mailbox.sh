#!/usr/bin/env bash
# flufl.bounce, the bounce detector of Mailman, sees no bounce in a report about a mailbox whose name is not ASCII.
#
# Package:  flufl.bounce 6.0.0 (PyPI)
# Expected: A delivery report is read whichever of the two standard forms it has: message/delivery-status (RFC 3464), or message/global-delivery-status
#           (RFC 6533), which a mail server sends when the message was an internationalised one. Both have the same fields.
# Seen:     The second form is no bounce: no temporary and no permanent failure, even for a plain ASCII mailbox. The same fields in the first form are one.
# Matters:  A report or alert by e-mail that no longer reaches 客服@example.com is taken for delivered: the receiver stays active, and nobody is told.
# Source:   flufl/bounce/_detectors/dsn.py goes by message/delivery-status; RFC 6533, section 3
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check flufl.bounce==6.0.0 || exit 2

"$python" - <<'PY'
import sys
from email import message_from_bytes
from importlib.metadata import version

from flufl.bounce import all_failures


def failures(status_type, returned_type, recipient):
    report = f"""From: MAILER-DAEMON@mx.example.com
To: reports@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=part

--part
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

The mailbox does not exist.
--part
Content-Type: {status_type}
Content-Transfer-Encoding: 8bit

Reporting-MTA: dns; mx.example.com

Final-Recipient: {recipient}
Action: failed
Status: 5.1.1

--part
Content-Type: {returned_type}
Content-Transfer-Encoding: 8bit

From: reports@example.org
Subject: Daily report

--part--
"""
    temporary, permanent = all_failures(message_from_bytes(report.replace("\n", "\r\n").encode()))
    return sorted(temporary), sorted(permanent)


plain = failures("message/delivery-status", "message/rfc822", "rfc822; ann@example.com")
ascii_in_global = failures("message/global-delivery-status", "message/global", "rfc822; ann@example.com")
chinese = failures("message/global-delivery-status", "message/global", "utf-8; 客服@example.com")
print("flufl.bounce", version("flufl.bounce"))
print("expected: one permanent failure in each of three reports")
print("seen (temporary, permanent), delivery-status, ann:", plain)
print("seen, global-delivery-status, ann:", ascii_in_global)
print("seen, global-delivery-status, 客服:", chinese)
sys.exit(0 if plain == ([], [b"ann@example.com"]) and ascii_in_global == chinese == ([], []) else 1)
PY

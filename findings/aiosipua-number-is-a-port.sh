#!/usr/bin/env bash
# aiosipua reads the caller tel:+12015550123 as the host "tel" with the port 12,015,550,123 and no
# user, and writes it as sip:tel:12015550123, without its plus.
#
# Package:  aiosipua 0.7.1 (PyPI)
# Expected: RFC 3261 has SIP, SIPS and TEL addresses in From, To and Contact, and a trunk gives a
#           caller's number as tel: in From or P-Asserted-Identity. A library that says it complies,
#           and was tested by RFC 4475's messages, gives the scheme and the number, or raises.
# Seen:     Each scheme but sip and sips is taken for a host: the scheme is "sip", the user None.
#           With dashes, tel:+1-201-555-0123, the whole is the host, written in brackets as an IPv6
#           address.
# Matters:  The caller is nobody: who calls again the same day is not seen, the customer's record
#           does not open, and the address to call back is no address.
# Source:   aiosipua/header_codec.py, parse_uri; RFC 3261, 20.20; RFC 3966; RFC 3325
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
python="$work/venv/bin/python"
"$python" -m pip install --quiet --no-compile --disable-pip-version-check aiosipua==0.7.1 || exit 2

"$python" - <<'PY'
import sys
from importlib.metadata import version

from aiosipua import SipMessage, stringify_uri

INVITE = """INVITE sip:hotline@example.com SIP/2.0
Via: SIP/2.0/UDP trunk.example.net:5060;branch=z9hG4bK776asdhds
Max-Forwards: 70
From: <{caller}>;tag=1928301774
To: <sip:hotline@example.com>
Call-ID: a84b4c76e66710@trunk.example.net
CSeq: 314159 INVITE
Contact: <sip:trunk.example.net>
Content-Length: 0

""".replace("\n", "\r\n")

print("aiosipua", version("aiosipua"))
print("expected: a number that begins with +1201, in a scheme tel")
seen = []
for caller in ("sip:+12015550123@example.net", "tel:+12015550123", "tel:+1-201-555-0123"):
    uri = SipMessage.parse(INVITE.format(caller=caller)).from_addr.uri
    print(f"seen: {caller}: scheme {uri.scheme}, user {uri.user}, host {uri.host}, "
          f"port {uri.port}, written {stringify_uri(uri)}")
    seen.append((uri.scheme, uri.user, uri.host, uri.port))
right = ("sip", "+12015550123", "example.net", None)
wrong = [("sip", None, "tel", 12015550123), ("sip", None, "tel:+1-201-555-0123", None)]
sys.exit(0 if seen == [right, *wrong] else 1)
PY

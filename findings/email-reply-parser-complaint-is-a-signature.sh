#!/usr/bin/env bash
# email-reply-parser takes a list of complaints, "-the bill is wrong", for a signature and leaves it
# out with all that follows; of "On Friday I called ... your colleague wrote: ..." nothing is left.
#
# Package:  email-reply-parser 0.5.12 (PyPI); beside it email-reply-parser 2.3.7 (npm), of that name
# Expected: Quoted mail and signatures go, what the customer wrote stays. Neither mail quotes any or
#           is signed: no "-- " (RFC 3676 4.3), no ">", no address, no date.
# Seen:     A line that begins with two dashes or underlines, or with one dash and a letter or digit
#           at once, begins a signature, in the middle of a mail too, and what follows goes with it:
#           of a mail with a list its greeting is left. "On" and later "wrote:" make the head of a
#           quotation of all between them, over several lines too, and what follows is quoted. The
#           package of the same name for JavaScript leaves all five mails whole.
# Matters:  A ticket that was opened by mail has no complaint in it, a classifier of reasons sees
#           "Good morning", and "please call me" is seen by nobody.
# Source:   email_reply_parser/__init__.py (SIG_REGEX, QUOTE_HDR_REGEX); the dash is known of the
#           package for Ruby that it follows, github/email_reply_parser issue 53
set -euo pipefail

command -v npm >/dev/null && command -v node >/dev/null || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  email-reply-parser==0.5.12 || exit 2
npm install --silent --no-audit --no-fund --ignore-scripts email-reply-parser@2.3.7 \
  >npm.log 2>&1 || exit 2

cat >mails.json <<'JSON'
[
  ["spaced list", "Good morning,\n\n- the line is dead\n- the bill is wrong\n\nPlease call me.\n"],
  ["list", "Good morning,\n\n-the line is dead\n-the bill is wrong\n\nPlease call me.\n"],
  ["amounts", "Not mine, please refund:\n\n-20 EUR on Monday\n-5 EUR on Friday\n\nAnn\n"],
  ["form", "Order 4711\n\n--- complaint ---\nThe box was empty.\n\nPlease send it again.\n"],
  ["story", "On Friday I called.\nYour colleague wrote:\nwe refund you.\n\nPlease cancel.\n"]
]
JSON
cat >read.py <<'PY'
import json
from pathlib import Path

from email_reply_parser import EmailReplyParser

for name, mail in json.loads(Path("mails.json").read_text()):
    print(f"{name}:", " ".join(EmailReplyParser.parse_reply(mail).split()) or "nothing")
PY
cat >read.cjs <<'JS'
const { default: EmailReplyParser } = require('email-reply-parser');
const words = (text) => text.split(/\s+/).filter(Boolean).join(' ');

for (const [name, mail] of require('./mails.json')) {
  const whole = words(new EmailReplyParser().read(mail).getVisibleText()) === words(mail);
  console.log(`${name}: ${whole ? 'whole' : 'cut'}`);
}
JS
venv/bin/python read.py >seen.txt || { cat seen.txt; exit 1; }
node read.cjs >whole.txt || { cat whole.txt; exit 1; }

echo "email-reply-parser 0.5.12 (PyPI): what is left of five mails that quote nobody"
cat seen.txt
echo "email-reply-parser 2.3.7 (npm)"
cat whole.txt
cat >expected.txt <<'TEXT'
spaced list: Good morning, - the line is dead - the bill is wrong Please call me.
list: Good morning,
amounts: Not mine, please refund:
form: Order 4711
story: nothing
TEXT
cmp -s expected.txt seen.txt && ! grep -q cut whole.txt

#!/usr/bin/env bash
# A transcript that loses the zeros of a caller's reference, 0045 as 45, has a word error rate of 0
# by Whisper's normaliser, and one that writes "zero zero four five" in digits has a word wrong.
#
# Package:  whisper_normalizer 0.1.15, jiwer 4.0.0 (PyPI)
# Expected: Numbers are brought to one form so that "twenty dollars" and "$20" are one, digits said
#           one by one and written stay the same digits, and what is no number stays as it is.
# Seen:     A number written in digits loses its zeros in front, said in words it keeps them: 0045
#           is 45, "zero zero four five" is 0045, and 001 is "one". 0800 123 and 800 123 are the
#           same. "One second please" is "12nd please", and "a thirty second hold" is "a 32nd hold".
# Matters:  Speech engines are compared by word error rates after this normaliser. For PINs,
#           references and phone numbers, which an agent must have exactly, the engine that drops
#           digits is faultless and the one that writes digits for words is not. Compare those by
#           themselves.
# Source:   whisper_normalizer/english.py (EnglishNumberNormalizer), taken from OpenAI's Whisper
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  whisper_normalizer==0.1.15 jiwer==4.0.0 || exit 2

cat >rate.py <<'PY'
from jiwer import wer
from whisper_normalizer.english import EnglishTextNormalizer

normalized = EnglishTextNormalizer()

for said, heard in (
    ("that is twenty dollars", "that is $20"),
    ("reference zero four five", "reference 45"),
    ("reference 0045 please", "reference 45 please"),
    ("dial 0800 123 please", "dial 800 123 please"),
    ("dial zero zero four five", "dial 0045"),
    ("option 001 please", "option one please"),
    ("one second please", "1 second please"),
    ("a thirty second hold", "a 30 second hold"),
):
    one, other = normalized(said), normalized(heard)
    print(f"{said} / {heard}: {one} / {other}, {100 * wer(one, other):.0f} %")
PY
venv/bin/python rate.py >seen.txt 2>python.log || { cat python.log; exit 1; }

echo "whisper_normalizer 0.1.15, jiwer 4.0.0"
echo "expected: 0 % for the first, the fifth and the last two, whose seconds are no ordinals"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
that is twenty dollars / that is $20: that is $20 / that is $20, 0 %
reference zero four five / reference 45: reference 045 / reference 45, 50 %
reference 0045 please / reference 45 please: reference 45 please / reference 45 please, 0 %
dial 0800 123 please / dial 800 123 please: dial 800 123 please / dial 800 123 please, 0 %
dial zero zero four five / dial 0045: dial 0045 / dial 45, 50 %
option 001 please / option one please: option one please / option one please, 0 %
one second please / 1 second please: 12nd please / 12nd please, 0 %
a thirty second hold / a 30 second hold: a 32nd hold / a 32nd hold, 0 %
TEXT

#!/usr/bin/env bash
# A reference in which two turns of one speaker overlap: pyannote.metrics counts her twice, and of a
# hypothesis without a fault it says that it misses a fifth. Other scorers say 0.
#
# Package:  pyannote.metrics 4.2.0, pyannote.core 6.1.0, pyannote.database 6.1.1, spy-der 0.4.1,
#           simpleder 0.0.8 (PyPI)
# Expected: A diarisation error is about who speaks when. Two lines of an RTTM say that Ann speaks
#           from 0 to 10 s and from 5 to 12 s, so she speaks for 12 s; label_duration and chart() of
#           the same library say so, and its measures of purity, coverage and detection.
# Seen:     DiarizationErrorRate and IdentificationErrorRate take the five seconds that overlap for
#           two speakers, and a second one is missed: 20 %, of a total of 25 s in a call of 20. The
#           other way round it is 25 % of false alarm. A reference against itself has 0.
#           annotation.support() joins the turns, and then it is 0.
# Matters:  Turns overlap where a person marks an interjection inside a turn, where the parts of two
#           annotators are put together, and where words are given with margins. A vendor's 3 % may
#           be 20 here, and the system that copies the overlaps wins over the one that is right.
# Source:   pyannote/metrics/identification.py (get_labels with unique=False)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check \
  pyannote.metrics==4.2.0 pyannote.core==6.1.0 spy-der==0.4.1 simpleder==0.0.8 || exit 2

cat >call.rttm <<'RTTM'
SPEAKER call 1 0 10 <NA> <NA> ann <NA> <NA>
SPEAKER call 1 5 7 <NA> <NA> ann <NA> <NA>
SPEAKER call 1 12 8 <NA> <NA> bob <NA> <NA>
RTTM
cat >score.py <<'PY'
import simpleder
import spyder
from pyannote.core import Annotation
from pyannote.database.util import load_rttm
from pyannote.metrics.detection import DetectionErrorRate
from pyannote.metrics.diarization import DiarizationErrorRate, DiarizationPurity
from pyannote.metrics.identification import IdentificationErrorRate

reference = load_rttm("call.rttm")["call"]
joined = reference.support()


def turns(told: Annotation) -> list[tuple[str, float, float]]:
    return [(who, turn.start, turn.end) for turn, _, who in told.itertracks(yield_label=True)]


print("ann speaks for", reference.label_duration("ann"), "s")
print("spy-der", spyder.DER(turns(reference), turns(joined)).der)
print("simpleder", simpleder.DER(turns(reference), turns(joined)))
for measure in (
    DiarizationErrorRate, IdentificationErrorRate, DetectionErrorRate, DiarizationPurity
):
    rates = [measure()(*pair) for pair in ((reference, joined), (joined, reference))]
    print(measure.__name__, *(f"{rate:.2f}" for rate in rates))
parts = DiarizationErrorRate()(reference, joined, detailed=True)
print("missed", parts["missed detection"], "of", parts["total"])
print("support() of both", DiarizationErrorRate()(joined, reference.support()))
PY
venv/bin/python -W ignore score.py >seen.txt || { cat seen.txt; exit 1; }

echo "pyannote.metrics 4.2.0, pyannote.core 6.1.0, spy-der 0.4.1, simpleder 0.0.8"
echo "expected: no error, for it is the same who speaks when"
sed 's/^/seen: /' seen.txt
diff - seen.txt <<'TEXT' >/dev/null
ann speaks for 12.0 s
spy-der 0.0
simpleder 0.0
DiarizationErrorRate 0.20 0.25
IdentificationErrorRate 0.20 0.25
DetectionErrorRate 0.00 0.00
DiarizationPurity 1.00 1.00
missed 5.0 of 25.0
support() of both 0.0
TEXT

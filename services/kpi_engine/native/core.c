/* The usual steps of the fold: scans the JSON of a slice of records, and makes the steps that are
 * plain and certain on packed visits. Whatever is not, it leaves alone and hands back by index, so
 * that the Python fold does it at its place in the order.
 *
 *     read    records ──► events here | handed back: Python decodes them, or says why not
 *     fold    event ──► visit, pane, presence | handed back: nothing was changed, Python folds it
 *
 * A packed visit is the only one of its contact, and no Python object: it leaves whole and once
 * when anything else than a usual step concerns its contact. What panes count is gathered as
 * differences, which `core_settle` adds to Python's panes before these are written or published.
 *
 * Only functions of Python's stable ABI are called (declared here: no header of Python is needed),
 * by the thread that holds the interpreter's lock. The slots of records are read and written where
 * `layout.py` found them. No check is made after the first change.
 */
#include "python.h"
#include "state.h"
#include "names.h"
#include "events.h"
#include "reading.h"
#include "surveys.h"
#include "visits.h"
#include "panes.h"
#include "steps.h"
#include "leaving.h"
#include "open.h"
#include "sha256.h"
#include "rows.h"
#include "memory.h"

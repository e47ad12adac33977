/* The usual steps of the fold on the very objects of the Python fold: scans the JSON of a slice of
 * records, and makes the steps that are plain and certain. Whatever is not, it leaves alone and
 * hands back by index, so that the Python fold does it at its place in the order.
 *
 *     read    records ──► events here | handed back: Python decodes them, or says why not
 *     fold    event ──► visit, pane, presence | handed back: nothing was changed, Python folds it
 *
 * Only functions of Python's stable ABI are called (declared here: no header of Python is needed),
 * by the thread that holds the interpreter's lock. The slots of records are read and written where
 * `layout.py` found them. No check is made after the first change, and whatever must be allocated
 * is allocated before it, but for what dictionaries need to grow.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct _object PyObject;
typedef struct _typeobject PyTypeObject;
typedef intptr_t Size;

extern void Py_IncRef(PyObject *);
extern void Py_DecRef(PyObject *);
extern PyObject *PyLong_FromLongLong(long long);
extern long long PyLong_AsLongLong(PyObject *);
extern PyObject *PyUnicode_FromStringAndSize(const char *, Size);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *, Size *);
extern int PyBytes_AsStringAndSize(PyObject *, char **, Size *);
extern PyObject *PyTuple_New(Size);
extern int PyTuple_SetItem(PyObject *, Size, PyObject *);
extern PyObject *PyTuple_GetItem(PyObject *, Size);
extern Size PyTuple_Size(PyObject *);
extern void PyObject_GC_UnTrack(void *);
extern PyObject *PyList_GetItem(PyObject *, Size);
extern int PyList_Append(PyObject *, PyObject *);
extern PyObject *PyDict_New(void);
extern PyObject *PyDict_GetItemWithError(PyObject *, PyObject *);
extern int PyDict_SetItem(PyObject *, PyObject *, PyObject *);
extern int PyDict_DelItem(PyObject *, PyObject *);
extern Size PyDict_Size(PyObject *);
extern Size PySet_Size(PyObject *);
extern int PySet_Contains(PyObject *, PyObject *);
extern int PySet_Add(PyObject *, PyObject *);
extern PyObject *PyObject_CallFunctionObjArgs(PyObject *, ...);
extern PyObject *PyType_GenericAlloc(PyTypeObject *, Size);
extern PyObject *PyErr_Occurred(void);
extern PyObject *PyErr_NoMemory(void);

#define EXPORT __attribute__((visibility("default")))
#define NOT_TOLD INT64_MIN
#define SEVERAL_CHANNELS 16

enum { DONE = 1, NOT_OURS = 0, FAILED = -1 };

/* ------------------------------------------------------------------ where fields are */

/* In the order of `layout.py`. */
enum {
    OFFERED_AT, QUEUE, CHANNEL, ANSWERED_AT, AGENT, ANSWERED_QUEUE, ANSWERED_WAIT, ENDED_AT, TALK,
    HOLD, WRAPPED_AT, WRAP, ABANDONED_AT, ABANDONED_QUEUE, ABANDONED_WAIT, LEFT_AT, PRIORITY,
    CUSTOMER, HOLDS, TRANSFERRED_AT, EVIDENCE, SURVEYS, EVALUATIONS, COMPLAINTS, MISSED,
    VISIT_FIELDS
};
enum { PANE_KEY, PANE_REVISION, PANE_CELLS, PANE_DIRTY, PANE_UNPUBLISHED, PANE_FIELDS };
enum {
    WAITS_SINCE, TALKS_SINCE, WAITING, ANSWERED, GONE, HORIZON, UNTIL, LATEST_TALK, GAUGE,
    OPEN_FIELDS
};
/* Codes of cells and histograms. */
enum {
    C_OFFERED, C_ANSWERED, C_ABANDONED, C_ANSWERED_WAIT, C_ABANDONED_WAIT, C_HANDLED, C_TALK,
    C_HOLD, C_WRAP, C_HELD, C_WRAP_TOLD, C_ANSWERED_WAITS, C_ABANDONED_WAITS, C_HANDLE_TIMES, CODES
};

typedef struct {
    int64_t visit[VISIT_FIELDS], pane[PANE_FIELDS], open[OPEN_FIELDS], codes[CODES];
    int64_t visit_words, pane_words, latest, exact_seconds;
    double growth;
    PyObject *none, *yes, *no, *new_visit, *new_pane, *channels, *decode;
} Layout;

/* What one partition holds while a slice is folded: borrowed from the caller. */
typedef struct {
    PyObject *rows, *absent, *parked, *dirty, *known, *of, *numbers, *unsure, *queues, *queue,
        *since, *begun, *over, *panes, *dirty_panes, *unpublished, *orphans, *doubts;
    int64_t most_doubts, visits_since, panes_since, panes_kept_since, length, passed, revision, revision_step;
} Bound;

typedef const uint8_t *Text;

/* ------------------------------------------------------------------ names, kept once */

typedef struct {
    uint64_t hash;
    PyObject *object;
    Text bytes;
    Size length;
} Name;

typedef struct {
    Name *slots;
    uint32_t used, mask;
} Names;

/* A source of a tenant that was heard in this slice; with a queue, one that it feeds. */
typedef struct {
    PyObject *tenant, *source, *queue;
    int64_t latest;
    uint32_t stamp;
} Heard;

/* A queue and channel that was met, with its keys, so that they are not made again and again;
 * `start` is that of the pane whose key is there. */
typedef struct {
    PyObject *tenant, *queue, *channel, *home, *pane_key;
    int64_t start;
} Place;

#define PLACES 4096u

enum { OFFER, ANSWER, ABANDON, END, WRAP_UP, KINDS, ELSEWHERE, REFUSED };

typedef struct {
    int64_t at, wait, talk, hold, wrap, priority, offset;
    PyObject *tenant, *source, *queue, *agent, *value;
    Text contact, customer;
    uint32_t contact_length, customer_length;
    int32_t visit;
    uint8_t kind, channel;
} Event;

typedef struct {
    const Layout *at;
    Names names;
    Place places[PLACES]; /* by their hash; who comes later takes a place */
    Heard *heard;
    uint32_t heard_mask, stamp, heard_used, *heard_order;
    Event *events;
    Size room;
    struct { PyObject *object; Text bytes; Size length; } channels[SEVERAL_CHANNELS];
    int channels_known;
} State;

#define MOST_NAMES 65536u
#define FIRST_ROOM 64u

EXPORT void core_free(State *state);

/* The state for one partition; NULL where there is no memory. */
EXPORT State *core_new(const Layout *layout) {
    State *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->at = layout;
    state->names.mask = 255;
    state->names.slots = calloc(256, sizeof(Name));
    if (!state->names.slots) {
        core_free(state);
        return NULL;
    }
    Size known = PyTuple_Size(layout->channels);
    for (Size i = 0; i < known && i < SEVERAL_CHANNELS; i++) {
        PyObject *object = PyTuple_GetItem(layout->channels, i);
        state->channels[i].object = object;
        state->channels[i].bytes = (Text)PyUnicode_AsUTF8AndSize(object, &state->channels[i].length);
        state->channels_known++;
    }
    return state;
}

static void forget_names(Names *names) {
    for (uint32_t i = 0; names->slots && i <= names->mask; i++)
        if (names->slots[i].object) Py_DecRef(names->slots[i].object);
    memset(names->slots, 0, (names->mask + 1) * sizeof(Name));
    names->used = 0;
}

static void give_back(PyObject *object) {
    if (object) Py_DecRef(object);
}

/* Give everything back. */
EXPORT void core_free(State *state) {
    for (uint32_t i = 0; i < PLACES; i++) {
        give_back(state->places[i].home);
        give_back(state->places[i].pane_key);
    }
    if (state->names.slots) forget_names(&state->names);
    free(state->names.slots);
    free(state->heard);
    free(state->heard_order);
    free(state->events);
    free(state);
}

static inline uint64_t mixed(uint64_t hash, uint64_t value) {
    hash ^= value;
    hash *= 0x9E3779B97F4A7C15ull;
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(Text text, Size length) {
    uint64_t hash = 7;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = mixed(hash, word);
        text += 8;
        length -= 8;
    }
    uint64_t rest = (uint64_t)length;
    for (Size i = 0; i < length; i++) rest = rest << 8 | text[i];
    hash = mixed(hash, rest);
    return hash ^ (hash >> 32);
}

static int grow_names(Names *names) {
    uint32_t mask = names->mask * 2 + 1;
    Name *slots = calloc((size_t)mask + 1, sizeof(Name));
    if (!slots) return 0;
    for (uint32_t i = 0; i <= names->mask; i++) {
        if (!names->slots[i].object) continue;
        uint32_t place = (uint32_t)names->slots[i].hash & mask;
        while (slots[place].object) place = (place + 1) & mask;
        slots[place] = names->slots[i];
    }
    free(names->slots);
    names->slots = slots;
    names->mask = mask;
    return 1;
}

/* The one string object of these bytes, borrowed; NULL with an error where there is no memory. */
static PyObject *name_of(Names *names, Text text, Size length) {
    uint64_t hash = hash_of(text, length);
    uint32_t place = (uint32_t)hash & names->mask;
    for (; names->slots[place].object; place = (place + 1) & names->mask) {
        Name *one = names->slots + place;
        if (one->hash == hash && one->length == length && !memcmp(one->bytes, text, (size_t)length))
            return one->object;
    }
    PyObject *object = PyUnicode_FromStringAndSize((const char *)text, length);
    Text bytes = object ? (Text)PyUnicode_AsUTF8AndSize(object, &length) : NULL;
    if (!bytes) {
        if (object) Py_DecRef(object);
        return NULL;
    }
    names->slots[place] = (Name){hash, object, bytes, length};
    if (++names->used * 2 > names->mask && !grow_names(names)) return PyErr_NoMemory();
    return object;
}

/* ------------------------------------------------------------------ JSON */

typedef struct {
    Text text;
    uint32_t length;
} Span;

/* The bytes of a character in UTF-8 as Python takes it; 0 where it takes none. */
static int character(Text text, Text end) {
    uint8_t first = text[0];
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || end - text <= more) return 0;
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < low || text[1] > high) return 0;
    for (int i = 2; i <= more; i++)
        if (text[i] < 0x80 || text[i] > 0xbf) return 0;
    return more + 1;
}

/* A text of one to `most` bytes without escapes. */
static int text_at(Text *place, Text end, Span *found, uint32_t most) {
    Text text = *place;
    if (text >= end || *text != '"') return 0;
    found->text = ++text;
    while (text < end && *text != '"') {
        if (*text >= 0x80) {
            int bytes = character(text, end);
            if (!bytes) return 0;
            text += bytes;
        } else {
            if (*text < 0x20 || *text == '\\') return 0;
            text++;
        }
    }
    if (text >= end) return 0;
    Size length = text - found->text;
    if (length < 1 || length > (Size)most) return 0;
    found->length = (uint32_t)length;
    *place = text + 1;
    return 1;
}

/* A whole number from 0 to `most`, without sign, fraction or exponent. */
static int number_at(Text *place, Text end, int64_t *found, int64_t most) {
    Text text = *place;
    int64_t number = 0;
    int digits = 0;
    while (text < end && *text >= '0' && *text <= '9') {
        if (++digits > 15) return 0;
        number = number * 10 + (*text++ - '0');
    }
    if (!digits || (digits > 1 && **place == '0') || number > most) return 0;
    if (text < end && (*text == '.' || *text == 'e' || *text == 'E')) return 0;
    *found = number;
    *place = text;
    return 1;
}

enum {
    F_TYPE = 1, F_ID = 1 << 1, F_SOURCE = 1 << 2, F_AT = 1 << 3, F_TENANT = 1 << 4,
    F_CONTACT = 1 << 5, F_VISIT = 1 << 6, F_QUEUE = 1 << 7, F_CHANNEL = 1 << 8,
    F_PRIORITY = 1 << 9, F_CUSTOMER = 1 << 10, F_AGENT = 1 << 11, F_WAIT = 1 << 12,
    F_TALK = 1 << 13, F_HOLD = 1 << 14, F_WRAP = 1 << 15
};

static const uint32_t COMMON = F_TYPE | F_ID | F_SOURCE | F_AT | F_TENANT | F_CONTACT;

static const struct {
    const char *name;
    uint32_t length, must, may;
} TYPES[KINDS] = {
    [OFFER] = {"contact.offered", 15, F_QUEUE, F_CHANNEL | F_PRIORITY | F_CUSTOMER},
    [ANSWER] = {"contact.answered", 16, F_AGENT, F_QUEUE | F_WAIT},
    [ABANDON] = {"contact.abandoned", 17, 0, F_QUEUE | F_WAIT},
    [END] = {"contact.ended", 13, 0, F_TALK | F_HOLD},
    [WRAP_UP] = {"contact.wrapped", 15, 0, F_WRAP},
};

#define LONGEST_SPAN (31 * 86400000ll)
#define IS(span, word) \
    ((span).length == sizeof(word) - 1 && !memcmp((span).text, word, sizeof(word) - 1))

typedef struct {
    uint32_t seen;
    Span type, id, source, tenant, contact, queue, channel, customer, agent;
    int64_t at, visit, priority, wait, talk, hold, wrap;
} Fields;

/* The field of a name, where its value goes, and the longest or largest value; 0 for others. */
static uint32_t field_of(Span name, Fields *into, Span **text, int64_t **number, int64_t *most) {
    *most = 128;
    switch (name.length) {
    case 2:
        if (IS(name, "id")) return *text = &into->id, F_ID;
        if (IS(name, "at")) return *number = &into->at, *most = INT64_MAX, F_AT;
        return 0;
    case 4:
        return IS(name, "type") ? (*text = &into->type, F_TYPE) : 0;
    case 5:
        if (IS(name, "queue")) return *text = &into->queue, F_QUEUE;
        if (IS(name, "agent")) return *text = &into->agent, F_AGENT;
        return IS(name, "visit") ? (*number = &into->visit, *most = 32767, F_VISIT) : 0;
    case 6:
        if (IS(name, "source")) return *text = &into->source, F_SOURCE;
        return IS(name, "tenant") ? (*text = &into->tenant, *most = 64, F_TENANT) : 0;
    case 7:
        if (IS(name, "contact")) return *text = &into->contact, F_CONTACT;
        if (IS(name, "channel")) return *text = &into->channel, F_CHANNEL;
        *most = LONGEST_SPAN;
        if (IS(name, "wait_ms")) return *number = &into->wait, F_WAIT;
        if (IS(name, "talk_ms")) return *number = &into->talk, F_TALK;
        if (IS(name, "hold_ms")) return *number = &into->hold, F_HOLD;
        return IS(name, "wrap_ms") ? (*number = &into->wrap, F_WRAP) : 0;
    case 8:
        if (IS(name, "customer")) return *text = &into->customer, F_CUSTOMER;
        return IS(name, "priority") ? (*number = &into->priority, *most = INT32_MAX, F_PRIORITY) : 0;
    default:
        return 0;
    }
}

/* The fields of a JSON object without blanks, each once, all of them known and within limits. */
static int fields_at(Text place, Text end, Fields *into) {
    into->seen = 0;
    if (place >= end || *place++ != '{') return 0;
    for (;;) {
        Span name, *text = NULL;
        int64_t *number = NULL, most;
        if (!text_at(&place, end, &name, 8) || place >= end || *place++ != ':') return 0;
        uint32_t field = field_of(name, into, &text, &number, &most);
        if (!field || into->seen & field) return 0;
        into->seen |= field;
        if (text ? !text_at(&place, end, text, (uint32_t)most)
                 : !number_at(&place, end, number, most))
            return 0;
        if (place >= end) return 0;
        if (*place == ',') place++;
        else return *place == '}' && place + 1 == end;
    }
}

static int kind_of(const Fields *fields) {
    for (int kind = 0; kind < KINDS; kind++)
        if (TYPES[kind].length == fields->type.length &&
            !memcmp(TYPES[kind].name, fields->type.text, fields->type.length)) {
            uint32_t must = COMMON | TYPES[kind].must;
            uint32_t may = must | TYPES[kind].may | F_VISIT;
            return (fields->seen & must) == must && !(fields->seen & ~may) ? kind : ELSEWHERE;
        }
    return ELSEWHERE;
}

static int channel_of(const State *state, const Fields *fields) {
    static const Span voice = {(Text) "voice", 5};
    Span name = fields->seen & F_CHANNEL ? fields->channel : voice;
    for (int i = 0; i < state->channels_known; i++)
        if (state->channels[i].length == (Size)name.length &&
            !memcmp(state->channels[i].bytes, name.text, name.length))
            return i;
    return -1;
}

static int64_t told(const Fields *fields, uint32_t field, int64_t value) {
    return fields->seen & field ? value : NOT_TOLD;
}

/* One event; NOT_OURS where Python must look at it. */
static int event_of(State *state, Text text, Size length, Event *event) {
    Fields fields;
    event->kind = ELSEWHERE;
    if (!fields_at(text, text + length, &fields)) return NOT_OURS;
    int kind = kind_of(&fields), channel = channel_of(state, &fields);
    if (kind == ELSEWHERE || channel < 0 || fields.at >= state->at->latest) return NOT_OURS;
    if (fields.seen & F_VISIT && fields.visit < 1) return NOT_OURS;
    Names *names = &state->names;
    event->queue = event->agent = NULL;
    event->tenant = name_of(names, fields.tenant.text, fields.tenant.length);
    event->source = name_of(names, fields.source.text, fields.source.length);
    if (!event->tenant || !event->source) return FAILED;
    if (fields.seen & F_QUEUE &&
        !(event->queue = name_of(names, fields.queue.text, fields.queue.length)))
        return FAILED;
    if (fields.seen & F_AGENT &&
        !(event->agent = name_of(names, fields.agent.text, fields.agent.length)))
        return FAILED;
    event->at = fields.at;
    event->wait = told(&fields, F_WAIT, fields.wait);
    event->talk = told(&fields, F_TALK, fields.talk);
    event->hold = told(&fields, F_HOLD, fields.hold);
    event->wrap = told(&fields, F_WRAP, fields.wrap);
    event->priority = told(&fields, F_PRIORITY, fields.priority);
    event->visit = fields.seen & F_VISIT ? (int32_t)fields.visit : 1;
    event->contact = fields.contact.text;
    event->contact_length = fields.contact.length;
    event->customer = fields.seen & F_CUSTOMER ? fields.customer.text : NULL;
    event->customer_length = fields.seen & F_CUSTOMER ? fields.customer.length : 0;
    event->channel = (uint8_t)channel;
    event->kind = (uint8_t)kind;
    return DONE;
}

/* ------------------------------------------------------------------ who was heard */

static int make_room(State *state, Size number) {
    if (number <= state->room) return 1;
    uint32_t mask = FIRST_ROOM;
    while ((Size)mask < number * 4) mask *= 2;
    free(state->events);
    free(state->heard);
    free(state->heard_order);
    state->events = malloc((size_t)number * sizeof(Event));
    state->heard = calloc(mask, sizeof(Heard));
    state->heard_order = malloc((size_t)number * 2 * sizeof(uint32_t));
    state->heard_mask = mask - 1;
    state->room = state->events && state->heard && state->heard_order ? number : 0;
    return state->room != 0;
}

static void hear(State *state, const Event *event, PyObject *queue) {
    uint64_t hash = mixed((uint64_t)(uintptr_t)event->tenant, (uint64_t)(uintptr_t)event->source);
    hash = mixed(hash, (uint64_t)(uintptr_t)queue);
    uint32_t place = (uint32_t)(hash ^ hash >> 32) & state->heard_mask;
    for (;; place = (place + 1) & state->heard_mask) {
        Heard *one = state->heard + place;
        if (one->stamp != state->stamp) {
            *one = (Heard){event->tenant, event->source, queue, event->at, state->stamp};
            state->heard_order[state->heard_used++] = place;
            return;
        }
        if (one->tenant == event->tenant && one->source == event->source && one->queue == queue) {
            if (event->at > one->latest) one->latest = event->at;
            return;
        }
    }
}

/* A tuple of objects that are given away, texts and numbers: the collector of cycles, which would
 * find that out by itself, need not look at it. NULL gives the others back. */
static PyObject *tuple_of(PyObject **objects, Size number) {
    PyObject *tuple = PyTuple_New(number);
    int whole = tuple != NULL;
    for (Size i = 0; i < number; i++) whole &= objects[i] != NULL;
    for (Size i = 0; i < number; i++) {
        if (whole) PyTuple_SetItem(tuple, i, objects[i]);
        else if (objects[i]) Py_DecRef(objects[i]);
    }
    if (whole) PyObject_GC_UnTrack(tuple);
    if (whole) return tuple;
    if (tuple) Py_DecRef(tuple);
    return NULL;
}

static PyObject *held(PyObject *object) {
    Py_IncRef(object);
    return object;
}

/* Append (tenant, source, whether live) to `pairs`, (tenant, source, queue) to `feeds`. */
static int tell_heard(State *state, int64_t young, PyObject *pairs, PyObject *feeds) {
    for (uint32_t i = 0; i < state->heard_used; i++) {
        const Heard *one = state->heard + state->heard_order[i];
        PyObject *last = one->queue                ? one->queue
                         : one->latest >= young ? state->at->yes
                                                   : state->at->no;
        PyObject *parts[3] = {held(one->tenant), held(one->source), held(last)};
        PyObject *tuple = tuple_of(parts, 3);
        if (!tuple || PyList_Append(one->queue ? feeds : pairs, tuple)) {
            if (tuple) Py_DecRef(tuple);
            return FAILED;
        }
        Py_DecRef(tuple);
    }
    return DONE;
}

/* ------------------------------------------------------------------ reading */

/* Read `number` records of the list `values`; `first` is the offset of the first, `offsets` a list
 * of all of them, or None where nothing is missing. Indices of records for Python go to `back`;
 * `summary` is the latest instant up to `plausible` (or NOT_TOLD), and the number of later ones.
 * Returns the number handed back, or FAILED with an error. */
EXPORT Size core_read(State *state, PyObject *values, PyObject *offsets, int64_t first, Size number,
                      int64_t kept_since, int64_t plausible, int64_t young, int32_t *back,
                      int64_t *summary, PyObject *pairs, PyObject *feeds) {
    Size handed = 0;
    if (state->names.used > MOST_NAMES) forget_names(&state->names);
    if (!make_room(state, number)) {
        PyErr_NoMemory();
        return FAILED;
    }
    state->heard_used = 0;
    if (!++state->stamp) { /* it began anew: no entry may look as if it were of this slice */
        memset(state->heard, 0, ((size_t)state->heard_mask + 1) * sizeof(Heard));
        state->stamp = 1;
    }
    summary[0] = NOT_TOLD;
    summary[1] = 0;
    for (Size i = 0; i < number; i++) {
        Event *event = state->events + i;
        PyObject *value = PyList_GetItem(values, i);
        char *text;
        Size length;
        event->kind = ELSEWHERE;
        event->value = value;
        event->offset = first + i;
        if (offsets != state->at->none) {
            event->offset = PyLong_AsLongLong(PyList_GetItem(offsets, i));
            if (event->offset == -1 && PyErr_Occurred()) return FAILED;
        }
        if (value != state->at->none) {
            if (PyBytes_AsStringAndSize(value, &text, &length)) return FAILED;
            if (event_of(state, (Text)text, length, event) == FAILED) return FAILED;
        }
        if (event->kind != ELSEWHERE && event->at < kept_since) event->kind = ELSEWHERE;
        if (event->kind == ELSEWHERE) {
            back[handed++] = (int32_t)i;
            continue;
        }
        if (event->at > plausible) summary[1]++;
        else if (event->at > summary[0]) summary[0] = event->at;
        hear(state, event, NULL);
        if (event->kind == OFFER) hear(state, event, event->queue);
    }
    return tell_heard(state, young, pairs, feeds) == DONE ? handed : FAILED;
}

/* The record at `index`, which was handed back, is refused: nothing is folded there. */
EXPORT void core_refuse(State *state, Size index) { state->events[index].kind = REFUSED; }

/* ------------------------------------------------------------------ fields of records */

static inline PyObject **slot(PyObject *object, int64_t at) {
    return (PyObject **)((char *)object + at);
}

static inline PyObject *field(const State *state, PyObject *visit, int name) {
    return *slot(visit, state->at->visit[name]);
}

static inline int is_told(const State *state, PyObject *visit, int name) {
    return field(state, visit, name) != state->at->none;
}

/* Put an object that is given away into a slot. */
static inline void put(PyObject *object, int64_t at, PyObject *value) {
    PyObject **place = slot(object, at), *before = *place;
    *place = value;
    if (before) Py_DecRef(before);
}

static inline void put_field(const State *state, PyObject *visit, int name, PyObject *value) {
    put(visit, state->at->visit[name], value);
}

static inline PyObject *number_or_none(const State *state, int64_t number) {
    return number == NOT_TOLD ? held(state->at->none) : PyLong_FromLongLong(number);
}

static inline PyObject *name_or_none(const State *state, PyObject *name) {
    return held(name ? name : state->at->none);
}

/* A copy of a record whose every word is a reference. */
static PyObject *copy_of(PyObject *record, int64_t words) {
    PyTypeObject *type = *(PyTypeObject **)((char *)record + sizeof(Size));
    PyObject *copy = PyType_GenericAlloc(type, 0);
    if (!copy) return NULL;
    for (int64_t word = 2; word < words; word++) {
        PyObject *value = ((PyObject **)record)[word];
        Py_IncRef(value);
        ((PyObject **)copy)[word] = value;
    }
    return copy;
}

/* ------------------------------------------------------------------ panes */

/* Add to a cell; `tidy`: a cell that becomes 0 disappears. */
static int add_cell(PyObject *cells, int64_t code, int64_t amount, int tidy) {
    PyObject *key = PyLong_FromLongLong(code);
    if (!key) return FAILED;
    PyObject *known = PyDict_GetItemWithError(cells, key);
    int64_t total = amount + (known ? PyLong_AsLongLong(known) : 0);
    int result = 0;
    if (total || !tidy) {
        PyObject *value = PyLong_FromLongLong(total);
        result = value ? PyDict_SetItem(cells, key, value) : FAILED;
        if (value) Py_DecRef(value);
    } else if (known) {
        result = PyDict_DelItem(cells, key);
    }
    Py_DecRef(key);
    return result ? FAILED : DONE;
}

static int64_t bucket_of(const State *state, int64_t span) {
    int64_t seconds = span / 1000, rest = span % 1000, exact = state->at->exact_seconds;
    if (seconds < exact || (seconds == exact && !rest)) return 2 * seconds + (rest ? 1 : 0);
    double share = (double)span / (double)(exact * 1000);
    return 2 * exact + 1 + (int64_t)(log(share) / state->at->growth);
}

/* What an event counts with its span, by the places of the codes. */
typedef struct {
    int counter, total, histogram;
} Family;

static const Family ANSWERS = {C_ANSWERED, C_ANSWERED_WAIT, C_ANSWERED_WAITS};
static const Family ABANDONS = {C_ABANDONED, C_ABANDONED_WAIT, C_ABANDONED_WAITS};
static const Family HANDLES = {C_HANDLED, C_TALK, C_HANDLE_TIMES};

static int count_span(const State *state, PyObject *cells, Family of, int64_t span, int tidy) {
    const int64_t *codes = state->at->codes;
    if (add_cell(cells, codes[of.counter], 1, tidy) < 0) return FAILED;
    if (span && add_cell(cells, codes[of.total], span, tidy) < 0) return FAILED;
    return add_cell(cells, codes[of.histogram] + bucket_of(state, span), 1, tidy);
}

/* The place of a queue and channel; NULL with an error. */
static Place *place_of(State *state, PyObject *tenant, PyObject *queue, PyObject *channel) {
    uint64_t hash = mixed((uint64_t)(uintptr_t)queue, (uint64_t)(uintptr_t)tenant);
    hash = mixed(hash, (uint64_t)(uintptr_t)channel);
    Place *place = state->places + ((hash ^ hash >> 32) & (PLACES - 1));
    if (place->queue == queue && place->tenant == tenant && place->channel == channel) return place;
    PyObject *parts[3] = {held(tenant), held(queue), held(channel)};
    PyObject *home = tuple_of(parts, 3);
    if (!home) return NULL;
    give_back(place->home);
    give_back(place->pane_key);
    *place = (Place){tenant, queue, channel, home, NULL, NOT_TOLD};
    return place;
}

/* The key of a pane at a place, borrowed; NULL with an error. */
static PyObject *pane_key(Place *place, int64_t start) {
    if (place->start == start && place->pane_key) return place->pane_key;
    PyObject *parts[4] = {held(place->tenant), held(place->queue), held(place->channel),
                          PyLong_FromLongLong(start)};
    PyObject *key = tuple_of(parts, 4);
    if (!key) return NULL;
    give_back(place->pane_key);
    place->pane_key = key;
    place->start = start;
    return key;
}

/* The pane of a place at `at`, new where it must be, held; NULL without an error where Python must
 * touch it: what it counts was shown as final, was deleted, or may be stored. */
static PyObject *pane_at(const State *state, const Bound *bound, Place *place, int64_t at) {
    int64_t start = at - at % bound->length;
    if (start <= bound->passed) return NULL;
    PyObject *key = pane_key(place, start);
    if (!key) return NULL;
    PyObject *pane = PyDict_GetItemWithError(bound->panes, key);
    if (pane) {
        Py_IncRef(pane);
    } else if (!PyErr_Occurred() && start >= bound->panes_kept_since &&
               start >= bound->panes_since) {
        PyObject *cells = PyDict_New();
        pane = cells ? copy_of(state->at->new_pane, state->at->pane_words) : NULL;
        if (pane) {
            put(pane, state->at->pane[PANE_KEY], held(key));
            put(pane, state->at->pane[PANE_CELLS], cells);
        } else {
            give_back(cells);
        }
    }
    return pane;
}

static int mark(const State *state, PyObject *pane, int flag, PyObject *list) {
    int64_t at = state->at->pane[flag];
    if (*slot(pane, at) == state->at->yes) return DONE;
    put(pane, at, held(state->at->yes));
    return PyList_Append(list, pane) ? FAILED : DONE;
}

/* The cells of a pane that changes with `revision`; NULL with an error. */
static PyObject *touch(const State *state, const Bound *bound, PyObject *pane, int64_t revision) {
    PyObject *number = PyLong_FromLongLong(revision);
    if (!number) return NULL;
    if (*slot(pane, state->at->pane[PANE_DIRTY]) != state->at->yes) {
        PyObject *key = *slot(pane, state->at->pane[PANE_KEY]);
        if (PyDict_SetItem(bound->panes, key, pane)) { /* it may be new */
            Py_DecRef(number);
            return NULL;
        }
    }
    put(pane, state->at->pane[PANE_REVISION], number);
    if (mark(state, pane, PANE_DIRTY, bound->dirty_panes) < 0) return NULL;
    if (mark(state, pane, PANE_UNPUBLISHED, bound->unpublished) < 0) return NULL;
    return *slot(pane, state->at->pane[PANE_CELLS]);
}

/* ------------------------------------------------------------------ the steps */

/* What all steps need, looked up before anything changes. */
typedef struct {
    State *state;
    const Bound *bound;
    const Event *event;
    PyObject *contact, *key, *visit, *open, *pane, *number, *at;
    PyObject *contacts; /* of the tenant, borrowed */
    Place *place;
    int64_t revision;
} Step;

static int64_t number_in(PyObject *object, int64_t at) {
    return PyLong_AsLongLong(*slot(object, at));
}

static int64_t number_of(const Step *step, int name) {
    return PyLong_AsLongLong(field(step->state, step->visit, name));
}

static int64_t open_number(const Step *step, int name) {
    return number_in(step->open, step->state->at->open[name]);
}

static PyObject *open_field(const Step *step, int name) {
    return *slot(step->open, step->state->at->open[name]);
}

static void put_open(const Step *step, int name, PyObject *value) {
    put(step->open, step->state->at->open[name], value);
}

/* DONE where a dictionary has no such key, NOT_OURS where it has. */
static int lacks(PyObject *dictionary, PyObject *key) {
    if (!PyDict_Size(dictionary)) return DONE;
    if (PyDict_GetItemWithError(dictionary, key)) return NOT_OURS;
    return PyErr_Occurred() ? FAILED : DONE;
}

/* Whether no feedback of the contact is placed here or looked for. */
static int is_unspoken(const Step *step) {
    const Bound *bound = step->bound;
    if (!PyDict_Size(bound->numbers) && !PySet_Size(bound->unsure)) return DONE;
    PyObject *parts[2] = {held(step->event->tenant), held(step->contact)};
    PyObject *contact = tuple_of(parts, 2);
    if (!contact) return FAILED;
    int result = lacks(bound->numbers, contact);
    if (result == DONE) {
        int unsure = PySet_Contains(bound->unsure, contact);
        result = unsure < 0 ? FAILED : unsure ? NOT_OURS : DONE;
    }
    Py_DecRef(contact);
    return result;
}

/* Look up the place, and the pane at `at`. */
static int find_pane(Step *step, PyObject *queue, PyObject *channel, int64_t at) {
    step->place = place_of(step->state, step->event->tenant, queue, channel);
    if (!step->place) return FAILED;
    step->pane = pane_at(step->state, step->bound, step->place, at);
    return step->pane ? DONE : PyErr_Occurred() ? FAILED : NOT_OURS;
}

/* Look up the open visits of the place; where there are none, `make` an entry. */
static int find_open(Step *step, int make) {
    PyObject *home = step->place->home;
    step->open = PyDict_GetItemWithError(step->bound->queues, home);
    if (step->open) Py_IncRef(step->open);
    else if (!PyErr_Occurred() && make)
        step->open = PyObject_CallFunctionObjArgs(step->bound->queue, home, NULL);
    return step->open ? DONE : PyErr_Occurred() ? FAILED : NOT_OURS;
}

static PyObject *touched(const Step *step) {
    return touch(step->state, step->bound, step->pane, step->revision);
}

static int set_dirty(const Step *step) {
    if (PyDict_GetItemWithError(step->bound->dirty, step->key)) return DONE;
    if (PyErr_Occurred()) return FAILED;
    return PyDict_SetItem(step->bound->dirty, step->key, step->state->at->no) ? FAILED : DONE;
}

/* Whether a visit begins now that is the only one of its contact. */
static int begins(Step *step) {
    const Bound *bound = step->bound;
    if (step->event->at < bound->visits_since) return NOT_OURS;
    step->contacts = PyDict_GetItemWithError(bound->known, step->event->tenant);
    if (!step->contacts) return PyErr_Occurred() ? FAILED : NOT_OURS;
    int result = lacks(step->contacts, step->contact);
    if (result == DONE) result = lacks(bound->absent, step->key);
    return result == DONE ? lacks(bound->parked, step->key) : result;
}

/* Hold the visit that begins. */
static int hold_new(const Step *step) {
    const Bound *bound = step->bound;
    if (PyDict_SetItem(bound->rows, step->key, step->visit)) return FAILED;
    if (PyDict_SetItem(bound->dirty, step->key, step->state->at->yes)) return FAILED;
    return PyDict_SetItem(step->contacts, step->contact, step->number) ? FAILED : DONE;
}

/* What an offer tells, given to a visit. */
static int put_offer(const Step *step) {
    const State *state = step->state;
    const Event *event = step->event;
    PyObject *customer =
        event->customer
            ? PyUnicode_FromStringAndSize((const char *)event->customer, event->customer_length)
            : held(state->at->none);
    PyObject *priority = number_or_none(state, event->priority);
    if (!customer || !priority) {
        give_back(customer);
        give_back(priority);
        return FAILED;
    }
    put_field(state, step->visit, OFFERED_AT, held(step->at));
    put_field(state, step->visit, QUEUE, held(event->queue));
    put_field(state, step->visit, CHANNEL, held(state->channels[event->channel].object));
    put_field(state, step->visit, PRIORITY, priority);
    put_field(state, step->visit, CUSTOMER, customer);
    return DONE;
}

/* A visit begins with its offer. */
static int offer(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    PyObject *channel = state->channels[event->channel].object;
    int result = begins(step);
    if (result == DONE) result = find_pane(step, event->queue, channel, event->at);
    if (result != DONE) return result;
    result = find_open(step, 1);
    if (result != DONE) return result;
    if (event->at < open_number(step, WAITS_SINCE)) return NOT_OURS;
    step->visit = copy_of(state->at->new_visit, state->at->visit_words);
    if (!step->visit || put_offer(step) < 0) return FAILED;
    PyObject *cells = touched(step);
    if (!cells || add_cell(cells, state->at->codes[C_OFFERED], 1, 0) < 0) return FAILED;
    if (PyDict_SetItem(open_field(step, WAITING), step->key, step->at)) return FAILED;
    put_open(step, GAUGE, held(state->at->none));
    return hold_new(step);
}

/* Whether more than the offer is known of a visit, or something else than it was told. */
static int is_over(const State *state, PyObject *visit) {
    return is_told(state, visit, ANSWERED_AT) || is_told(state, visit, ABANDONED_AT) ||
           is_told(state, visit, LEFT_AT) || is_told(state, visit, ENDED_AT) ||
           is_told(state, visit, EVIDENCE);
}

/* A visit that waits: its pane, and its place among those that wait; `listed`: it stands there. */
static int find_waiting(Step *step, int64_t *offered, int *listed) {
    State *state = step->state;
    if (!is_told(state, step->visit, OFFERED_AT) || !is_told(state, step->visit, QUEUE) ||
        is_over(state, step->visit))
        return NOT_OURS;
    PyObject *queue = field(state, step->visit, QUEUE);
    PyObject *channel = field(state, step->visit, CHANNEL);
    *offered = number_of(step, OFFERED_AT);
    int result = find_pane(step, queue, channel, *offered);
    if (result == DONE) result = find_open(step, 0);
    if (result != DONE) return result;
    *listed = PyDict_GetItemWithError(open_field(step, WAITING), step->key) != NULL;
    if (PyErr_Occurred()) return FAILED;
    return *listed || *offered >= open_number(step, WAITS_SINCE) ? DONE : NOT_OURS;
}

static int64_t wait_of(const Event *event, int64_t offered) {
    if (event->wait != NOT_TOLD) return event->wait;
    return event->at > offered ? event->at - offered : 0;
}

/* A visit no longer waits. */
static int stop_waiting(Step *step, int listed) {
    if (listed && PyDict_DelItem(open_field(step, WAITING), step->key)) return FAILED;
    put_open(step, GAUGE, held(step->state->at->none));
    return set_dirty(step);
}

/* A conversation begins at `at`, which the object `instant` says. */
static int talk(Step *step, PyObject *instant, int64_t at) {
    const Bound *bound = step->bound;
    if (at < open_number(step, TALKS_SINCE)) return DONE;
    if (PyDict_SetItem(open_field(step, ANSWERED), step->key, instant)) return FAILED;
    if (at > open_number(step, LATEST_TALK)) put_open(step, LATEST_TALK, held(instant));
    if (at < open_number(step, HORIZON)) {
        PyObject *gone = PyLong_FromLongLong(open_number(step, GONE) + 1);
        if (!gone) return FAILED;
        put_open(step, GONE, gone);
    } else if (at < open_number(step, UNTIL)) {
        put_open(step, UNTIL, held(instant));
    }
    put_open(step, GAUGE, held(step->state->at->none));
    return PyDict_SetItem(bound->begun, step->key, step->place->home) ? FAILED : DONE;
}

/* What an answer, or giving up, tells, given to a visit. */
static int put_outcome(const Step *step) {
    const State *state = step->state;
    const Event *event = step->event;
    int answered = event->kind == ANSWER;
    PyObject *wait = number_or_none(state, event->wait);
    if (!wait) return FAILED;
    put_field(state, step->visit, answered ? ANSWERED_AT : ABANDONED_AT, held(step->at));
    put_field(state, step->visit, answered ? ANSWERED_QUEUE : ABANDONED_QUEUE,
              name_or_none(state, event->queue));
    put_field(state, step->visit, answered ? ANSWERED_WAIT : ABANDONED_WAIT, wait);
    if (answered) put_field(state, step->visit, AGENT, held(event->agent));
    return DONE;
}

/* An agent takes a visit that waits, or a customer gives up. */
static int conclude(Step *step) {
    const Event *event = step->event;
    int answered = event->kind == ANSWER, listed = 0;
    int64_t offered = 0;
    int result = find_waiting(step, &offered, &listed);
    if (result != DONE) return result;
    if (put_outcome(step) < 0) return FAILED;
    PyObject *cells = touched(step);
    int64_t wait = wait_of(event, offered);
    if (!cells || count_span(step->state, cells, answered ? ANSWERS : ABANDONS, wait, 0) < 0)
        return FAILED;
    if (stop_waiting(step, listed) < 0) return FAILED;
    return answered ? talk(step, step->at, event->at) : DONE;
}

/* A visit begins with its answer, or with giving up, and counts nothing before its offer. */
static int begin_with_outcome(Step *step) {
    const Bound *bound = step->bound;
    if (step->event->wait != NOT_TOLD) return NOT_OURS;
    int result = begins(step);
    if (result != DONE) return result;
    PyObject *event = PyObject_CallFunctionObjArgs(step->state->at->decode, step->event->value, NULL);
    step->visit = copy_of(step->state->at->new_visit, step->state->at->visit_words);
    result = event && step->visit ? put_outcome(step) : FAILED;
    if (result == DONE &&
        PyDict_Size(bound->orphans) + PyDict_Size(bound->doubts) < bound->most_doubts &&
        PyDict_SetItem(bound->orphans, step->key, event))
        result = FAILED;
    give_back(event);
    return result == DONE ? hold_new(step) : FAILED;
}

/* Whether of a visit only its answer, or only that the customer gave up, is known. */
static int is_outcome_only(const State *state, PyObject *visit) {
    return is_told(state, visit, ANSWERED_AT) != is_told(state, visit, ABANDONED_AT) &&
           !is_told(state, visit, ANSWERED_WAIT) && !is_told(state, visit, ABANDONED_WAIT) &&
           !is_told(state, visit, OFFERED_AT) && !is_told(state, visit, LEFT_AT) &&
           !is_told(state, visit, ENDED_AT) && !is_told(state, visit, WRAPPED_AT) &&
           !is_told(state, visit, EVIDENCE) && !is_told(state, visit, SURVEYS) &&
           !is_told(state, visit, EVALUATIONS) && !is_told(state, visit, COMPLAINTS) &&
           !PyTuple_Size(field(state, visit, MISSED));
}

/* The offer of a visit comes behind its outcome. */
static int offer_late(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    PyObject *channel = state->channels[event->channel].object;
    if (event->at < step->bound->visits_since || !is_outcome_only(state, step->visit))
        return NOT_OURS;
    int answered = is_told(state, step->visit, ANSWERED_AT);
    PyObject *instant = field(state, step->visit, answered ? ANSWERED_AT : ABANDONED_AT);
    int64_t at = PyLong_AsLongLong(instant);
    int result = find_pane(step, event->queue, channel, event->at);
    if (result == DONE && answered) result = find_open(step, 1);
    if (result != DONE) return result;
    if (put_offer(step) < 0) return FAILED;
    PyObject *cells = touched(step);
    if (!cells || add_cell(cells, state->at->codes[C_OFFERED], 1, 1) < 0) return FAILED;
    int64_t wait = at > event->at ? at - event->at : 0;
    if (count_span(state, cells, answered ? ANSWERS : ABANDONS, wait, 1) < 0) return FAILED;
    if (answered && talk(step, instant, at) < 0) return FAILED;
    return set_dirty(step);
}

/* What a completed visit counts, all of whose spans are told or differences of its instants. */
typedef struct {
    int64_t talk, hold, wrap;
    int wrapped;
} Handling;

static Handling handling_of(int64_t answered, int64_t ended, int64_t talked, int64_t on_hold) {
    Handling found = {talked, on_hold == NOT_TOLD ? 0 : on_hold, 0, 0};
    if (talked == NOT_TOLD) found.talk = ended - answered - found.hold;
    if (found.talk < 0) found.talk = 0;
    return found;
}

static int add_handling(const State *state, PyObject *cells, Handling one, int64_t sign) {
    const int64_t *codes = state->at->codes;
    const struct { int64_t code, amount; } parts[] = {
        {codes[C_HANDLED], 1},
        {codes[C_HANDLE_TIMES] + bucket_of(state, one.talk + one.hold + one.wrap), 1},
        {codes[C_TALK], one.talk},
        {codes[C_HOLD], one.hold},
        {codes[C_WRAP], one.wrap},
        {codes[C_HELD], one.hold ? 1 : 0},
        {codes[C_WRAP_TOLD], one.wrapped},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].amount && add_cell(cells, parts[i].code, sign * parts[i].amount, 1) < 0)
            return FAILED;
    return DONE;
}

/* What the end of the work after a visit changes in a pane that counts the visit. */
static int count_wrap(const State *state, PyObject *cells, Handling was, Handling now) {
    const int64_t *codes = state->at->codes;
    int64_t before = bucket_of(state, was.talk + was.hold);
    int64_t after = bucket_of(state, now.talk + now.hold + now.wrap);
    int64_t times = codes[C_HANDLE_TIMES];
    if (before != after && add_cell(cells, times + after, 1, 1) < 0) return FAILED;
    if (now.wrap && add_cell(cells, codes[C_WRAP], now.wrap, 1) < 0) return FAILED;
    if (add_cell(cells, codes[C_WRAP_TOLD], 1, 1) < 0) return FAILED;
    return before != after ? add_cell(cells, times + before, -1, 1) : DONE;
}

/* Whether a visit was answered, and nothing is known that makes its handling a longer sum. */
static int is_simply_handled(const State *state, PyObject *visit) {
    return is_told(state, visit, ANSWERED_AT) && is_told(state, visit, QUEUE) &&
           !is_told(state, visit, WRAPPED_AT) && !is_told(state, visit, WRAP) &&
           !is_told(state, visit, EVIDENCE) && !is_told(state, visit, TRANSFERRED_AT) &&
           !PyTuple_Size(field(state, visit, HOLDS));
}

/* A visit leaves those in progress. */
static int hang_up(Step *step) {
    PyObject *answered = open_field(step, ANSWERED);
    PyObject *since = PyDict_GetItemWithError(answered, step->key);
    if (since) {
        PyObject *gone = NULL;
        if (PyLong_AsLongLong(since) < open_number(step, HORIZON)) {
            gone = PyLong_FromLongLong(open_number(step, GONE) - 1);
            if (!gone) return FAILED;
        }
        if (PyDict_DelItem(answered, step->key)) return FAILED;
        if (gone) put_open(step, GONE, gone);
    }
    put_open(step, GAUGE, held(step->state->at->none));
    if (PyDict_GetItemWithError(step->bound->begun, step->key))
        return PyDict_DelItem(step->bound->begun, step->key) ? FAILED : DONE;
    if (PyErr_Occurred()) return FAILED;
    return PySet_Add(step->bound->over, step->key) ? FAILED : DONE;
}

/* A conversation ends. */
static int end(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    if (!is_simply_handled(state, step->visit) || is_told(state, step->visit, ENDED_AT))
        return NOT_OURS;
    PyObject *queue = field(state, step->visit, QUEUE);
    PyObject *channel = field(state, step->visit, CHANNEL);
    int result = find_pane(step, queue, channel, event->at);
    if (result == DONE) result = find_open(step, 0);
    if (result != DONE) return result;
    PyObject *talked = number_or_none(state, event->talk);
    PyObject *on_hold = number_or_none(state, event->hold);
    if (!talked || !on_hold) {
        if (talked) Py_DecRef(talked);
        if (on_hold) Py_DecRef(on_hold);
        return FAILED;
    }
    Handling now =
        handling_of(number_of(step, ANSWERED_AT), event->at, event->talk, event->hold);
    put_field(state, step->visit, ENDED_AT, held(step->at));
    put_field(state, step->visit, TALK, talked);
    put_field(state, step->visit, HOLD, on_hold);
    PyObject *cells = touched(step);
    if (!cells) return FAILED;
    result = now.hold ? add_handling(state, cells, now, 1)
                      : count_span(state, cells, HANDLES, now.talk, 0);
    if (result < 0 || hang_up(step) < 0) return FAILED;
    return set_dirty(step);
}

static int64_t span_of(const Step *step, int name) {
    return is_told(step->state, step->visit, name) ? number_of(step, name) : NOT_TOLD;
}

/* The agent finishes: what the visit counted when it ended counts now. */
static int wrap_up(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    if (!is_simply_handled(state, step->visit) || !is_told(state, step->visit, ENDED_AT))
        return NOT_OURS;
    PyObject *queue = field(state, step->visit, QUEUE);
    PyObject *channel = field(state, step->visit, CHANNEL);
    int64_t ended = number_of(step, ENDED_AT);
    int64_t length = step->bound->length;
    int result = find_pane(step, queue, channel, event->at);
    if (result != DONE) return result;
    PyObject *before = event->at / length == ended / length
                           ? held(step->pane)
                           : pane_at(state, step->bound, step->place, ended);
    if (!before) return PyErr_Occurred() ? FAILED : NOT_OURS;
    PyObject *wrap = number_or_none(state, event->wrap);
    if (!wrap) {
        Py_DecRef(before);
        return FAILED;
    }
    Handling was = handling_of(number_of(step, ANSWERED_AT), ended, span_of(step, TALK),
                               span_of(step, HOLD));
    Handling now = was;
    now.wrapped = 1;
    now.wrap = event->wrap != NOT_TOLD ? event->wrap : event->at > ended ? event->at - ended : 0;
    put_field(state, step->visit, WRAPPED_AT, held(step->at));
    put_field(state, step->visit, WRAP, wrap);
    PyObject *cells = touched(step);
    if (!cells) {
        result = FAILED;
    } else if (before == step->pane) {
        result = count_wrap(state, cells, was, now);
    } else {
        result = add_handling(state, cells, now, 1);
        cells = result == DONE ? touch(state, step->bound, before, step->revision) : NULL;
        result = cells ? add_handling(state, cells, was, -1) : FAILED;
    }
    Py_DecRef(before);
    return result == DONE ? set_dirty(step) : FAILED;
}

/* Whether nothing else depends on a visit than itself, its pane and who is there. */
static int is_alone(const Step *step) {
    int result = lacks(step->bound->of, step->key);
    return result == DONE ? is_unspoken(step) : result;
}

static int make_step(Step *step) {
    int kind = step->event->kind, result = is_alone(step);
    if (result != DONE) return result;
    switch (kind) {
    case OFFER: return step->visit ? offer_late(step) : offer(step);
    case ANSWER:
    case ABANDON: return step->visit ? conclude(step) : begin_with_outcome(step);
    case END: return step->visit ? end(step) : NOT_OURS;
    default: return step->visit ? wrap_up(step) : NOT_OURS;
    }
}

static int fold_event(State *state, const Bound *bound, const Event *event) {
    Step step = {.state = state, .bound = bound, .event = event};
    step.revision = bound->revision + event->offset * bound->revision_step;
    step.contact =
        PyUnicode_FromStringAndSize((const char *)event->contact, event->contact_length);
    step.number = PyLong_FromLongLong(event->visit);
    step.at = PyLong_FromLongLong(event->at);
    int result = FAILED;
    if (step.contact && step.number && step.at) {
        PyObject *parts[3] = {held(event->tenant), held(step.contact), held(step.number)};
        step.key = tuple_of(parts, 3);
    }
    if (step.key) {
        step.visit = PyDict_GetItemWithError(bound->rows, step.key);
        if (step.visit) Py_IncRef(step.visit);
        if (step.visit || !PyErr_Occurred()) result = make_step(&step);
    }
    give_back(step.pane);
    give_back(step.open);
    give_back(step.visit);
    give_back(step.key);
    give_back(step.at);
    give_back(step.number);
    give_back(step.contact);
    return result;
}

/* Fold the events that were read, from `index` up to `number`; the index of the first that Python
 * must fold, or `number`; FAILED with an error. */
EXPORT Size core_fold(State *state, const Bound *bound, Size index, Size number) {
    for (; index < number; index++) {
        const Event *event = state->events + index;
        if (event->kind == REFUSED) continue;
        int result = event->kind == ELSEWHERE ? NOT_OURS : fold_event(state, bound, event);
        if (result == FAILED) return FAILED;
        if (result == NOT_OURS) return index;
    }
    return number;
}

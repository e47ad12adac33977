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
extern PyObject *PyBytes_FromStringAndSize(const char *, Size);
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
extern int PyDict_Next(PyObject *, Size *, PyObject **, PyObject **);
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
    HOLD, WRAPPED_AT, WRAP, ABANDONED_AT, ABANDONED_QUEUE, ABANDONED_WAIT, PRIORITY, CUSTOMER,
    VISIT_FIELDS
};
enum { PANE_KEY, PANE_REVISION, PANE_CELLS, PANE_DIRTY, PANE_UNPUBLISHED, PANE_FIELDS };
/* Codes of cells and histograms. */
enum {
    C_OFFERED, C_ANSWERED, C_ABANDONED, C_ANSWERED_WAIT, C_ABANDONED_WAIT, C_HANDLED, C_TALK,
    C_HOLD, C_WRAP, C_HELD, C_WRAP_TOLD, C_ANSWERED_WAITS, C_ABANDONED_WAITS, C_HANDLE_TIMES, CODES
};

typedef struct {
    int64_t visit[VISIT_FIELDS], pane[PANE_FIELDS], codes[CODES];
    int64_t visit_words, pane_words, latest, exact_seconds;
    double growth;
    PyObject *none, *yes, *no, *new_visit, *new_pane, *channels, *decode;
} Layout;

/* What one partition holds while a slice is folded: borrowed from the caller. */
typedef struct {
    PyObject *absent, *parked, *known, *numbers, *unsure, *panes, *dirty_panes, *unpublished,
        *orphans, *doubts;
    int64_t most_doubts, visits_since, panes_since, panes_kept_since, length, passed, revision,
        revision_step;
    int64_t waits_since[SEVERAL_CHANNELS], talks_since[SEVERAL_CHANNELS]; /* by channel */
} Bound;

typedef const uint8_t *Text;

/* ------------------------------------------------------------------ what is kept */

typedef struct {
    Text text;
    uint32_t length;
} Span;

typedef struct {
    uint64_t hash;
    PyObject *object;
    Text bytes;
    Size length;
} Name;

/* Names by their numbers, which stay; `slots` finds them: a number + 1, or 0. */
typedef struct {
    Name *all;
    uint32_t *slots, used, room, mask;
} Names;

#define NOBODY (-1)

/* A source of a tenant that was heard in this slice; with a queue, one that it feeds. */
typedef struct {
    int32_t tenant, source, queue;
    uint32_t stamp;
    int64_t latest;
} Heard;

enum { OFFER, ANSWER, ABANDON, END, WRAP_UP, KINDS, ELSEWHERE, REFUSED };

typedef struct {
    int64_t at, wait, talk, hold, wrap, priority, offset;
    PyObject *value;
    Text contact, customer;
    int32_t tenant, source, queue, agent;
    uint32_t contact_length, customer_length, hash;
    uint16_t visit;
    uint8_t kind, channel;
} Event;

/* The numbers of visits; each visit knows its place in every list that it is in. */
typedef struct {
    uint32_t *visits, used, room;
} List;

/* To be written, being written, whose conversation began or ended untold, going on. */
enum { DIRTY, FLYING, TALKS, OPEN, LISTS };
enum { IS_NEW = 1, FLIES_NEW = 2, IS_ANSWERED = 4, IS_ABANDONED = 8, IS_OVER = 16, IS_HERE = 32 };

#define UNTOLD UINT32_MAX
#define NOWHERE UINT32_MAX

/* `at` are places in lists + 1, or 0; `text` is the contact, and behind it the customer. */
typedef struct {
    int64_t offered, outcome, ended, wrapped;
    uint8_t *text;
    uint32_t wait, talk, hold, wrap, place, hash, at[LISTS];
    int32_t priority, tenant, agent, outcome_queue;
    uint16_t number;
    uint8_t contact_length, customer_length, flags;
} Visit;

#define A_CHUNK 4096u

/* Where the visit of a contact is: its number + 1, or 0. */
typedef struct {
    uint32_t hash, number;
} Slot;

/* Visits by their numbers; `slots` finds them by their contacts. */
typedef struct {
    Visit **chunks;
    Slot *slots;
    uint32_t born, used, mask, rooms;
    List gone;
} Visits;

typedef struct {
    int32_t code;
    int64_t amount;
} Cell;

/* What is to be added to a pane. */
typedef struct {
    PyObject *pane;
    int64_t start, revision;
    Cell *cells;
    uint32_t place, used, mask;
} Delta;

#define RECENT 8

/* A queue and channel; `open` are the visits that wait there, and those in progress; `recent` are
 * deltas of its panes, + 1. */
typedef struct {
    PyObject *home;
    int32_t tenant, queue;
    List open[2];
    uint32_t recent[RECENT];
    uint8_t channel, changed;
} Place;

typedef struct {
    Place *all;
    uint32_t *slots, used, room, mask;
} Places;

typedef struct {
    const Layout *at;
    Names names;
    Places places;
    Visits visits;
    List lists[OPEN];
    uint32_t open;
    Delta *deltas;
    uint32_t deltas_used, deltas_room;
    Heard *heard;
    uint32_t heard_mask, stamp, heard_used, *heard_order;
    Event *events;
    Size room;
    struct { PyObject *object; Text bytes; Size length; } channels[SEVERAL_CHANNELS];
    int channels_known;
} State;

#define FIRST_ROOM 64u

EXPORT void core_free(State *state);

static void give_back(PyObject *object) {
    if (object) Py_DecRef(object);
}

/* Append an object that is given away. */
static int append(PyObject *list, PyObject *object) {
    int result = object && !PyList_Append(list, object) ? DONE : FAILED;
    give_back(object);
    return result;
}

/* Room for one more than `used`; NULL without memory. */
static void *grown(void *items, uint32_t used, uint32_t *room, size_t size) {
    if (used < *room) return items;
    uint32_t more = *room ? *room * 2 : FIRST_ROOM;
    void *moved = realloc(items, (size_t)more * size);
    if (moved) *room = more;
    else PyErr_NoMemory();
    return moved;
}

static int make_tables(State *state) {
    state->names.mask = state->places.mask = state->visits.mask = FIRST_ROOM - 1;
    state->names.slots = calloc(FIRST_ROOM, sizeof *state->names.slots);
    state->places.slots = calloc(FIRST_ROOM, sizeof *state->places.slots);
    state->visits.slots = calloc(FIRST_ROOM, sizeof *state->visits.slots);
    return state->names.slots && state->places.slots && state->visits.slots;
}

/* The state for one partition; NULL where there is no memory. */
EXPORT State *core_new(const Layout *layout) {
    State *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->at = layout;
    if (!make_tables(state)) {
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

static Visit *visit_at(const Visits *visits, uint32_t number) {
    return visits->chunks[number / A_CHUNK] + number % A_CHUNK;
}

/* Forget all names and places: no visit is packed, nothing is to be settled. */
EXPORT void core_forget(State *state) {
    Names *names = &state->names;
    Places *places = &state->places;
    for (uint32_t i = 0; i < names->used; i++) give_back(names->all[i].object);
    for (uint32_t i = 0; i < places->used; i++) {
        give_back(places->all[i].home);
        free(places->all[i].open[0].visits);
        free(places->all[i].open[1].visits);
    }
    if (names->slots) memset(names->slots, 0, ((size_t)names->mask + 1) * sizeof *names->slots);
    if (places->slots) memset(places->slots, 0, ((size_t)places->mask + 1) * sizeof *places->slots);
    names->used = places->used = 0;
}

static void free_visits(Visits *visits) {
    for (uint32_t i = 0; i < visits->born; i++) free(visit_at(visits, i)->text);
    for (uint32_t i = 0; i * A_CHUNK < visits->born; i++) free(visits->chunks[i]);
    free(visits->chunks);
    free(visits->slots);
    free(visits->gone.visits);
}

/* Give everything back. */
EXPORT void core_free(State *state) {
    core_forget(state);
    free_visits(&state->visits);
    for (uint32_t i = 0; i < state->deltas_used; i++) give_back(state->deltas[i].pane);
    for (uint32_t i = 0; i < state->deltas_room; i++) free(state->deltas[i].cells);
    for (int which = 0; which < OPEN; which++) free(state->lists[which].visits);
    free(state->names.all);
    free(state->names.slots);
    free(state->places.all);
    free(state->places.slots);
    free(state->deltas);
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

static uint32_t contact_hash(int32_t tenant, Span contact) {
    uint64_t hash = mixed(hash_of(contact.text, contact.length), (uint64_t)tenant);
    return (uint32_t)(hash ^ hash >> 32);
}

/* ------------------------------------------------------------------ names, kept once */

static PyObject *named(const State *state, int32_t number) {
    return state->names.all[number].object;
}

/* The slot of a name, which is empty where it is not known. */
static uint32_t *name_slot(const Names *names, Span text, uint64_t hash) {
    uint32_t place = (uint32_t)hash & names->mask;
    for (; names->slots[place]; place = (place + 1) & names->mask) {
        const Name *one = names->all + names->slots[place] - 1;
        if (one->hash == hash && one->length == (Size)text.length &&
            !memcmp(one->bytes, text.text, text.length))
            break;
    }
    return names->slots + place;
}

static int spread_names(Names *names) {
    if (names->used * 2 <= names->mask) return DONE;
    uint32_t mask = names->mask * 2 + 1, *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots) return FAILED;
    for (uint32_t i = 0; i < names->used; i++) {
        uint32_t place = (uint32_t)names->all[i].hash & mask;
        while (slots[place]) place = (place + 1) & mask;
        slots[place] = i + 1;
    }
    free(names->slots);
    names->slots = slots;
    names->mask = mask;
    return DONE;
}

/* The number of a name; FAILED with an error where there is no memory, or it is no text. */
static int32_t name_of(Names *names, Span text) {
    uint64_t hash = hash_of(text.text, text.length);
    uint32_t *slot = name_slot(names, text, hash);
    if (*slot) return (int32_t)*slot - 1;
    Name *all = grown(names->all, names->used, &names->room, sizeof *all);
    if (!all) return FAILED;
    names->all = all;
    Size length;
    PyObject *object = PyUnicode_FromStringAndSize((const char *)text.text, text.length);
    Text bytes = object ? (Text)PyUnicode_AsUTF8AndSize(object, &length) : NULL;
    if (!bytes) {
        give_back(object);
        return FAILED;
    }
    *slot = names->used + 1;
    all[names->used++] = (Name){hash, object, bytes, length};
    if (spread_names(names) == FAILED) {
        PyErr_NoMemory();
        return FAILED;
    }
    return (int32_t)names->used - 1;
}

/* ------------------------------------------------------------------ JSON */

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
    event->queue = event->agent = NOBODY;
    event->tenant = name_of(names, fields.tenant);
    event->source = name_of(names, fields.source);
    if (event->tenant < 0 || event->source < 0) return FAILED;
    if (fields.seen & F_QUEUE && (event->queue = name_of(names, fields.queue)) < 0) return FAILED;
    if (fields.seen & F_AGENT && (event->agent = name_of(names, fields.agent)) < 0) return FAILED;
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
    event->hash = contact_hash(event->tenant, fields.contact);
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

static void hear(State *state, const Event *event, int32_t queue) {
    uint64_t hash = mixed((uint64_t)event->tenant, (uint64_t)event->source);
    hash = mixed(hash, (uint64_t)queue);
    uint32_t place = (uint32_t)(hash ^ hash >> 32) & state->heard_mask;
    for (;; place = (place + 1) & state->heard_mask) {
        Heard *one = state->heard + place;
        if (one->stamp != state->stamp) {
            *one = (Heard){event->tenant, event->source, queue, state->stamp, event->at};
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
        int feed = one->queue != NOBODY;
        PyObject *last = feed                  ? named(state, one->queue)
                         : one->latest >= young ? state->at->yes
                                                : state->at->no;
        PyObject *parts[3] = {held(named(state, one->tenant)), held(named(state, one->source)),
                              held(last)};
        if (append(feed ? feeds : pairs, tuple_of(parts, 3)) < 0) return FAILED;
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
        hear(state, event, NOBODY);
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

/* Put an object that is given away into a slot. */
static inline void put(PyObject *object, int64_t at, PyObject *value) {
    PyObject **place = slot(object, at), *before = *place;
    *place = value;
    give_back(before);
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

static PyObject *text_of(const uint8_t *text, uint32_t length) {
    return PyUnicode_FromStringAndSize((const char *)text, length);
}

/* ------------------------------------------------------------------ packed visits */

static int enlist(List *list, Visit *visit, uint32_t number, int which) {
    if (visit->at[which]) return DONE;
    uint32_t *visits = grown(list->visits, list->used, &list->room, sizeof *visits);
    if (!visits) return FAILED;
    list->visits = visits;
    visits[list->used] = number;
    visit->at[which] = ++list->used;
    return DONE;
}

static void delist(const Visits *visits, List *list, Visit *visit, int which) {
    if (!visit->at[which]) return;
    uint32_t last = list->visits[--list->used];
    list->visits[visit->at[which] - 1] = last;
    visit_at(visits, last)->at[which] = visit->at[which];
    visit->at[which] = 0;
}

/* The number of a contact's packed visit + 1, or 0. */
static uint32_t packed(const Visits *visits, int32_t tenant, Span contact, uint32_t hash) {
    for (uint32_t place = hash & visits->mask; visits->slots[place].number;
         place = (place + 1) & visits->mask) {
        if (visits->slots[place].hash != hash) continue;
        const Visit *one = visit_at(visits, visits->slots[place].number - 1);
        if (one->tenant == tenant && one->contact_length == contact.length &&
            !memcmp(one->text, contact.text, contact.length))
            return visits->slots[place].number;
    }
    return 0;
}

static int spread_visits(Visits *visits) {
    if ((uint64_t)visits->used * 3 < (uint64_t)visits->mask * 2) return DONE;
    uint32_t mask = visits->mask * 2 + 1;
    Slot *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots) return FAILED;
    for (uint32_t i = 0; i <= visits->mask; i++) {
        if (!visits->slots[i].number) continue;
        uint32_t place = visits->slots[i].hash & mask;
        while (slots[place].number) place = (place + 1) & mask;
        slots[place] = visits->slots[i];
    }
    free(visits->slots);
    visits->slots = slots;
    visits->mask = mask;
    return DONE;
}

static int make_chunk(Visits *visits) {
    uint32_t chunk = visits->born / A_CHUNK;
    Visit **chunks = grown(visits->chunks, chunk, &visits->rooms, sizeof *chunks);
    if (!chunks) return FAILED;
    visits->chunks = chunks;
    chunks[chunk] = calloc(A_CHUNK, sizeof(Visit));
    return chunks[chunk] ? DONE : FAILED;
}

/* The number of a visit without anything told; NOWHERE without memory. */
static uint32_t new_number(Visits *visits) {
    if (visits->gone.used) return visits->gone.visits[--visits->gone.used];
    if (visits->born % A_CHUNK == 0 && make_chunk(visits) == FAILED) return NOWHERE;
    return visits->born++;
}

/* Begin the packed visit of an event; NOWHERE with an error. */
static uint32_t pack(State *state, const Event *event) {
    Visits *visits = &state->visits;
    uint8_t *text = malloc(event->contact_length + event->customer_length);
    uint32_t number = text && spread_visits(visits) == DONE ? new_number(visits) : NOWHERE;
    if (number == NOWHERE) {
        free(text);
        PyErr_NoMemory();
        return NOWHERE;
    }
    memcpy(text, event->contact, event->contact_length);
    *visit_at(visits, number) = (Visit){
        .offered = NOT_TOLD, .outcome = NOT_TOLD, .ended = NOT_TOLD, .wrapped = NOT_TOLD,
        .wait = UNTOLD, .talk = UNTOLD, .hold = UNTOLD, .wrap = UNTOLD, .priority = NOBODY,
        .tenant = event->tenant, .agent = NOBODY, .outcome_queue = NOBODY, .place = NOWHERE,
        .text = text, .hash = event->hash, .number = event->visit,
        .contact_length = (uint8_t)event->contact_length, .flags = IS_NEW | IS_HERE};
    uint32_t place = event->hash & visits->mask;
    while (visits->slots[place].number) place = (place + 1) & visits->mask;
    visits->slots[place] = (Slot){event->hash, number + 1};
    visits->used++;
    return number;
}

static List *open_list(const State *state, const Visit *visit) {
    return state->places.all[visit->place].open + (visit->flags & IS_ANSWERED ? 1 : 0);
}

/* A visit that is listed where it waits, or is in progress, no longer is. */
static void close_visit(State *state, Visit *visit) {
    if (!visit->at[OPEN]) return;
    delist(&state->visits, open_list(state, visit), visit, OPEN);
    state->open--;
}

static int open_visit(State *state, Visit *visit, uint32_t number) {
    if (enlist(open_list(state, visit), visit, number, OPEN) == FAILED) return FAILED;
    state->open++;
    return DONE;
}

static void empty_slot(Visits *visits, uint32_t hash, uint32_t number) {
    uint32_t hole = hash & visits->mask;
    while (visits->slots[hole].number != number + 1) hole = (hole + 1) & visits->mask;
    for (uint32_t i = (hole + 1) & visits->mask; visits->slots[i].number;
         i = (i + 1) & visits->mask) {
        uint32_t home = visits->slots[i].hash & visits->mask;
        if (((i - home) & visits->mask) < ((i - hole) & visits->mask)) continue;
        visits->slots[hole] = visits->slots[i];
        hole = i;
    }
    visits->slots[hole].number = 0;
}

/* A visit is packed no longer. */
static int unpack(State *state, uint32_t number) {
    Visits *visits = &state->visits;
    Visit *visit = visit_at(visits, number);
    uint32_t *gone = grown(visits->gone.visits, visits->gone.used, &visits->gone.room, sizeof *gone);
    if (!gone) return FAILED;
    visits->gone.visits = gone;
    for (int which = 0; which < OPEN; which++) delist(visits, state->lists + which, visit, which);
    if (visit->place != NOWHERE) state->places.all[visit->place].changed = 1;
    close_visit(state, visit);
    empty_slot(visits, visit->hash, number);
    free(visit->text);
    visit->text = NULL;
    visit->flags = 0;
    gone[visits->gone.used++] = number;
    visits->used--;
    return DONE;
}

/* ------------------------------------------------------------------ panes */

static int64_t bucket_of(const State *state, int64_t span) {
    int64_t seconds = span / 1000, rest = span % 1000, exact = state->at->exact_seconds;
    if (seconds < exact || (seconds == exact && !rest)) return 2 * seconds + (rest ? 1 : 0);
    double share = (double)span / (double)(exact * 1000);
    return 2 * exact + 1 + (int64_t)(log(share) / state->at->growth);
}

static int spread_cells(Delta *delta) {
    uint32_t mask = delta->cells ? delta->mask * 2 + 1 : 15;
    Cell *cells = calloc((size_t)mask + 1, sizeof *cells);
    if (!cells) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (uint32_t i = 0; delta->cells && i <= delta->mask; i++) {
        if (!delta->cells[i].code) continue;
        uint32_t place = (uint32_t)delta->cells[i].code * 2654435761u >> 7 & mask;
        while (cells[place].code) place = (place + 1) & mask;
        cells[place] = delta->cells[i];
    }
    free(delta->cells);
    delta->cells = cells;
    delta->mask = mask;
    return DONE;
}

static int add_cell(Delta *delta, int64_t code, int64_t amount) {
    if ((!delta->cells || delta->used * 4 > delta->mask * 3) && spread_cells(delta) == FAILED)
        return FAILED;
    uint32_t place = (uint32_t)code * 2654435761u >> 7 & delta->mask;
    while (delta->cells[place].code && delta->cells[place].code != code)
        place = (place + 1) & delta->mask;
    if (!delta->cells[place].code) {
        delta->cells[place].code = (int32_t)code;
        delta->used++;
    }
    delta->cells[place].amount += amount;
    return DONE;
}

/* What an event counts with its span, by the places of the codes. */
typedef struct {
    int counter, total, histogram;
} Family;

static const Family ANSWERS = {C_ANSWERED, C_ANSWERED_WAIT, C_ANSWERED_WAITS};
static const Family ABANDONS = {C_ABANDONED, C_ABANDONED_WAIT, C_ABANDONED_WAITS};

static int count_span(const State *state, Delta *delta, Family of, int64_t span) {
    const int64_t *codes = state->at->codes;
    if (add_cell(delta, codes[of.counter], 1) < 0) return FAILED;
    if (span && add_cell(delta, codes[of.total], span) < 0) return FAILED;
    return add_cell(delta, codes[of.histogram] + bucket_of(state, span), 1);
}

static uint32_t place_hash(int32_t tenant, int32_t queue, uint8_t channel) {
    uint64_t hash = mixed(mixed((uint64_t)tenant, (uint64_t)queue), channel);
    return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t *place_slot(const Places *places, int32_t tenant, int32_t queue, uint8_t channel) {
    uint32_t at = place_hash(tenant, queue, channel) & places->mask;
    for (; places->slots[at]; at = (at + 1) & places->mask) {
        const Place *one = places->all + places->slots[at] - 1;
        if (one->queue == queue && one->tenant == tenant && one->channel == channel) break;
    }
    return places->slots + at;
}

static int spread_places(Places *places) {
    if (places->used * 2 <= places->mask) return DONE;
    uint32_t mask = places->mask * 2 + 1, *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots) return FAILED;
    for (uint32_t i = 0; i < places->used; i++) {
        const Place *one = places->all + i;
        uint32_t at = place_hash(one->tenant, one->queue, one->channel) & mask;
        while (slots[at]) at = (at + 1) & mask;
        slots[at] = i + 1;
    }
    free(places->slots);
    places->slots = slots;
    places->mask = mask;
    return DONE;
}

/* The number of the place of a queue and channel; NOWHERE with an error. */
static uint32_t place_of(State *state, int32_t tenant, int32_t queue, uint8_t channel) {
    Places *places = &state->places;
    uint32_t *found = place_slot(places, tenant, queue, channel);
    if (*found) return *found - 1;
    PyObject *parts[3] = {held(named(state, tenant)), held(named(state, queue)),
                          held(state->channels[channel].object)};
    PyObject *home = tuple_of(parts, 3);
    Place *all = home ? grown(places->all, places->used, &places->room, sizeof *all) : NULL;
    if (!all) {
        give_back(home);
        return NOWHERE;
    }
    places->all = all;
    *found = places->used + 1;
    all[places->used++] = (Place){.home = home, .tenant = tenant, .queue = queue, .channel = channel};
    if (spread_places(places) == DONE) return places->used - 1;
    PyErr_NoMemory();
    return NOWHERE;
}

/* A pane that is about to change: the number of its delta + 1, or the pane, held, which is new in
 * the deltas. */
typedef struct {
    int64_t start;
    uint32_t place, delta;
    PyObject *pane;
} Target;

static uint32_t *recent_of(const State *state, const Bound *bound, const Target *target) {
    Place *place = state->places.all + target->place;
    return place->recent + (uint64_t)(target->start / bound->length) % RECENT;
}

static PyObject *new_pane(const State *state, PyObject *key) {
    PyObject *cells = PyDict_New();
    PyObject *pane = cells ? copy_of(state->at->new_pane, state->at->pane_words) : NULL;
    if (!pane) {
        give_back(cells);
        return NULL;
    }
    put(pane, state->at->pane[PANE_KEY], held(key));
    put(pane, state->at->pane[PANE_CELLS], cells);
    return pane;
}

/* Find the pane of a place at `at`; NOT_OURS where Python must touch it: what it counts was shown
 * as final, was deleted, or may be stored. */
static int find_pane(const State *state, const Bound *bound, uint32_t number, int64_t at,
                     Target *target) {
    *target = (Target){at - at % bound->length, number, 0, NULL};
    if (target->start <= bound->passed) return NOT_OURS;
    uint32_t recent = *recent_of(state, bound, target);
    if (recent && recent <= state->deltas_used) {
        const Delta *delta = state->deltas + recent - 1;
        if (delta->place == number && delta->start == target->start) {
            target->delta = recent;
            return DONE;
        }
    }
    const Place *place = state->places.all + number;
    PyObject *parts[4] = {held(named(state, place->tenant)), held(named(state, place->queue)),
                          held(state->channels[place->channel].object),
                          PyLong_FromLongLong(target->start)};
    PyObject *key = tuple_of(parts, 4);
    if (!key) return FAILED;
    target->pane = PyDict_GetItemWithError(bound->panes, key);
    if (target->pane) Py_IncRef(target->pane);
    else if (!PyErr_Occurred() && target->start >= bound->panes_kept_since &&
             target->start >= bound->panes_since)
        target->pane = new_pane(state, key);
    Py_DecRef(key);
    return target->pane ? DONE : PyErr_Occurred() ? FAILED : NOT_OURS;
}

static int mark(const State *state, PyObject *pane, int flag, PyObject *list) {
    int64_t at = state->at->pane[flag];
    if (*slot(pane, at) == state->at->yes) return DONE;
    put(pane, at, held(state->at->yes));
    return PyList_Append(list, pane) ? FAILED : DONE;
}

/* Let Python's panes know that one changes. */
static int announce(const State *state, const Bound *bound, PyObject *pane) {
    PyObject *key = *slot(pane, state->at->pane[PANE_KEY]);
    if (*slot(pane, state->at->pane[PANE_DIRTY]) != state->at->yes &&
        PyDict_SetItem(bound->panes, key, pane)) /* it may be new */
        return FAILED;
    if (mark(state, pane, PANE_DIRTY, bound->dirty_panes) < 0) return FAILED;
    return mark(state, pane, PANE_UNPUBLISHED, bound->unpublished);
}

static int room_for_delta(State *state) {
    uint32_t before = state->deltas_room;
    Delta *deltas = grown(state->deltas, state->deltas_used, &state->deltas_room, sizeof *deltas);
    if (!deltas) return FAILED;
    state->deltas = deltas;
    memset(deltas + before, 0, (state->deltas_room - before) * sizeof *deltas);
    return DONE;
}

/* What is to be added to a pane that changes with `revision`; NULL with an error. */
static Delta *touch(State *state, const Bound *bound, Target *target, int64_t revision) {
    if (!target->delta) {
        if (room_for_delta(state) < 0 || announce(state, bound, target->pane) < 0) return NULL;
        Delta *delta = state->deltas + state->deltas_used;
        delta->pane = target->pane;
        delta->place = target->place;
        delta->start = target->start;
        target->pane = NULL;
        target->delta = *recent_of(state, bound, target) = ++state->deltas_used;
    }
    Delta *delta = state->deltas + target->delta - 1;
    delta->revision = revision;
    return delta;
}

/* Add to a cell of Python's; one that becomes 0 disappears. */
static int settle_cell(PyObject *cells, const Cell *cell) {
    PyObject *key = PyLong_FromLongLong(cell->code);
    if (!key) return FAILED;
    PyObject *known = PyDict_GetItemWithError(cells, key);
    int64_t total = cell->amount + (known ? PyLong_AsLongLong(known) : 0);
    int result = 0;
    if (total) {
        PyObject *value = PyLong_FromLongLong(total);
        result = value ? PyDict_SetItem(cells, key, value) : FAILED;
        give_back(value);
    } else if (known) {
        result = PyDict_DelItem(cells, key);
    }
    Py_DecRef(key);
    return result ? FAILED : DONE;
}

static int settle_delta(const State *state, Delta *delta) {
    PyObject **revision = slot(delta->pane, state->at->pane[PANE_REVISION]);
    if (PyLong_AsLongLong(*revision) < delta->revision) {
        PyObject *later = PyLong_FromLongLong(delta->revision);
        if (!later) return FAILED;
        put(delta->pane, state->at->pane[PANE_REVISION], later);
    }
    PyObject *cells = *slot(delta->pane, state->at->pane[PANE_CELLS]);
    for (uint32_t i = 0; i <= delta->mask; i++)
        if (delta->cells[i].amount && settle_cell(cells, delta->cells + i) < 0) return FAILED;
    memset(delta->cells, 0, ((size_t)delta->mask + 1) * sizeof *delta->cells);
    delta->used = 0;
    Py_DecRef(delta->pane);
    return DONE;
}

/* Add to Python's panes what was gathered; FAILED with an error. */
EXPORT int core_settle(State *state) {
    for (; state->deltas_used; state->deltas_used--)
        if (settle_delta(state, state->deltas + state->deltas_used - 1) < 0) return FAILED;
    return DONE;
}

/* ------------------------------------------------------------------ the steps */

/* What all steps need. */
typedef struct {
    State *state;
    const Bound *bound;
    const Event *event;
    Visit *visit;
    Target pane;
    int64_t revision;
    uint32_t number;
} Step;

static Delta *touched(Step *step) {
    return touch(step->state, step->bound, &step->pane, step->revision);
}

static int find_pane_of(Step *step, int64_t at) {
    return find_pane(step->state, step->bound, step->visit->place, at, &step->pane);
}

static int set_dirty(Step *step) {
    return enlist(step->state->lists + DIRTY, step->visit, step->number, DIRTY);
}

static PyObject *key_of(const State *state, int32_t tenant, const uint8_t *contact, uint32_t length,
                        int64_t number) {
    PyObject *parts[3] = {held(named(state, tenant)), text_of(contact, length),
                          PyLong_FromLongLong(number)};
    return tuple_of(parts, 3);
}

static PyObject *visit_key(const State *state, const Visit *visit) {
    return key_of(state, visit->tenant, visit->text, visit->contact_length, visit->number);
}

static PyObject *event_key(const State *state, const Event *event) {
    return key_of(state, event->tenant, event->contact, event->contact_length, event->visit);
}

/* DONE where a dictionary has no such key, NOT_OURS where it has. */
static int lacks(PyObject *dictionary, PyObject *key) {
    if (!PyDict_Size(dictionary)) return DONE;
    if (PyDict_GetItemWithError(dictionary, key)) return NOT_OURS;
    return PyErr_Occurred() ? FAILED : DONE;
}

/* Whether Python holds no visit of a contact. */
static int is_unknown(const Step *step) {
    const Event *event = step->event;
    PyObject *tenant = named(step->state, event->tenant);
    PyObject *known = PyDict_GetItemWithError(step->bound->known, tenant);
    if (!known || !PyDict_Size(known)) return PyErr_Occurred() ? FAILED : DONE;
    PyObject *contact = text_of(event->contact, event->contact_length);
    int result = contact ? lacks(known, contact) : FAILED;
    give_back(contact);
    return result;
}

/* Whether the visit is neither open nor waiting for a stored record. */
static int is_unexpected(const Step *step) {
    const Bound *bound = step->bound;
    if (!PyDict_Size(bound->absent) && !PyDict_Size(bound->parked)) return DONE;
    PyObject *key = event_key(step->state, step->event);
    int result = key ? lacks(bound->absent, key) : FAILED;
    if (result == DONE) result = lacks(bound->parked, key);
    give_back(key);
    return result;
}

/* Whether no feedback of the contact is placed here or looked for. */
static int is_unspoken(const Step *step) {
    const Bound *bound = step->bound;
    const Event *event = step->event;
    if (!PyDict_Size(bound->numbers) && !PySet_Size(bound->unsure)) return DONE;
    PyObject *parts[2] = {held(named(step->state, event->tenant)),
                          text_of(event->contact, event->contact_length)};
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

/* Whether a visit begins now that is the only one of its contact. */
static int begins(const Step *step) {
    if (step->event->at < step->bound->visits_since) return NOT_OURS;
    int result = is_unknown(step);
    if (result == DONE) result = is_unexpected(step);
    return result == DONE ? is_unspoken(step) : result;
}

/* Pack the visit that begins. */
static int begin(Step *step) {
    step->number = pack(step->state, step->event);
    if (step->number == NOWHERE) return FAILED;
    step->visit = visit_at(&step->state->visits, step->number);
    return set_dirty(step);
}

/* What an offer tells, given to a visit. */
static int put_offer(Step *step, uint32_t place) {
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (event->customer) {
        uint8_t *text = realloc(visit->text, visit->contact_length + event->customer_length);
        if (!text) {
            PyErr_NoMemory();
            return FAILED;
        }
        memcpy(text + visit->contact_length, event->customer, event->customer_length);
        visit->text = text;
        visit->customer_length = (uint8_t)event->customer_length;
    }
    visit->offered = event->at;
    visit->place = place;
    visit->priority = event->priority == NOT_TOLD ? NOBODY : (int32_t)event->priority;
    return DONE;
}

/* A visit waits, or is in progress. */
static int stay(Step *step) {
    step->state->places.all[step->visit->place].changed = 1;
    return open_visit(step->state, step->visit, step->number);
}

/* A visit begins with its offer. */
static int offer(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    if (event->at < step->bound->waits_since[event->channel]) return NOT_OURS;
    int result = begins(step);
    if (result != DONE) return result;
    uint32_t place = place_of(state, event->tenant, event->queue, event->channel);
    if (place == NOWHERE) return FAILED;
    result = find_pane(state, step->bound, place, event->at, &step->pane);
    if (result != DONE) return result;
    if (begin(step) < 0 || put_offer(step, place) < 0) return FAILED;
    Delta *delta = touched(step);
    if (!delta || add_cell(delta, state->at->codes[C_OFFERED], 1) < 0) return FAILED;
    return stay(step);
}

/* A conversation begins. */
static int talk(Step *step) {
    Visit *visit = step->visit;
    if (stay(step) < 0) return FAILED;
    return enlist(step->state->lists + TALKS, visit, step->number, TALKS);
}

/* What an answer, or giving up, tells, given to a visit. */
static void put_outcome(const Step *step) {
    const Event *event = step->event;
    Visit *visit = step->visit;
    visit->outcome = event->at;
    visit->outcome_queue = event->queue;
    visit->wait = event->wait == NOT_TOLD ? UNTOLD : (uint32_t)event->wait;
    visit->agent = event->agent;
    visit->flags |= event->kind == ANSWER ? IS_ANSWERED : IS_ABANDONED;
}

static int has_outcome(const Visit *visit) {
    return (visit->flags & (IS_ANSWERED | IS_ABANDONED)) != 0;
}

static Family family_of(const Visit *visit) {
    return visit->flags & IS_ANSWERED ? ANSWERS : ABANDONS;
}

/* An agent takes a visit that waits, or a customer gives up. */
static int conclude(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (visit->offered == NOT_TOLD || has_outcome(visit)) return NOT_OURS;
    uint8_t channel = state->places.all[visit->place].channel;
    if (event->kind == ANSWER && event->at < step->bound->talks_since[channel]) return NOT_OURS;
    int result = find_pane_of(step, visit->offered);
    if (result != DONE) return result;
    Delta *delta = touched(step);
    if (!delta) return FAILED;
    close_visit(state, visit);
    put_outcome(step);
    int64_t wait = event->wait;
    if (wait == NOT_TOLD) wait = event->at > visit->offered ? event->at - visit->offered : 0;
    if (count_span(state, delta, family_of(visit), wait) < 0 || set_dirty(step) < 0) return FAILED;
    if (event->kind == ANSWER) return talk(step);
    state->places.all[visit->place].changed = 1;
    return DONE;
}

/* A visit begins with its answer, or with giving up, and counts nothing before its offer. */
static int begin_with_outcome(Step *step) {
    const Bound *bound = step->bound;
    if (step->event->wait != NOT_TOLD) return NOT_OURS;
    int result = begins(step);
    if (result != DONE) return result;
    if (PyDict_Size(bound->orphans) + PyDict_Size(bound->doubts) < bound->most_doubts) {
        PyObject *event =
            PyObject_CallFunctionObjArgs(step->state->at->decode, step->event->value, NULL);
        PyObject *key = event ? event_key(step->state, step->event) : NULL;
        result = key && !PyDict_SetItem(bound->orphans, key, event) ? DONE : FAILED;
        give_back(key);
        give_back(event);
    }
    if (result == FAILED || begin(step) < 0) return FAILED;
    put_outcome(step);
    return DONE;
}

/* The offer of a visit comes behind its outcome. */
static int offer_late(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    Visit *visit = step->visit;
    int answered = visit->flags & IS_ANSWERED;
    if (event->at < step->bound->visits_since || visit->offered != NOT_TOLD) return NOT_OURS;
    if (answered && visit->outcome < step->bound->talks_since[event->channel]) return NOT_OURS;
    uint32_t place = place_of(state, event->tenant, event->queue, event->channel);
    if (place == NOWHERE) return FAILED;
    int result = find_pane(state, step->bound, place, event->at, &step->pane);
    if (result != DONE) return result;
    if (put_offer(step, place) < 0) return FAILED;
    Delta *delta = touched(step);
    int64_t wait = visit->outcome > event->at ? visit->outcome - event->at : 0;
    if (!delta || add_cell(delta, state->at->codes[C_OFFERED], 1) < 0 ||
        count_span(state, delta, family_of(visit), wait) < 0)
        return FAILED;
    if (answered && talk(step) < 0) return FAILED;
    return set_dirty(step);
}

/* What a completed visit counts, all of whose spans are told or differences of its instants. */
typedef struct {
    int64_t talk, hold, wrap;
    int wrapped;
} Handling;

static Handling handling_of(const Visit *visit) {
    Handling found = {visit->talk, visit->hold == UNTOLD ? 0 : visit->hold, 0, 0};
    if (visit->talk == UNTOLD) found.talk = visit->ended - visit->outcome - found.hold;
    if (found.talk < 0) found.talk = 0;
    return found;
}

static int add_handling(const State *state, Delta *delta, Handling one, int64_t sign) {
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
        if (parts[i].amount && add_cell(delta, parts[i].code, sign * parts[i].amount) < 0)
            return FAILED;
    return DONE;
}

/* A visit leaves those in progress. */
static int hang_up(Step *step) {
    State *state = step->state;
    Visit *visit = step->visit;
    state->places.all[visit->place].changed = 1;
    close_visit(state, visit);
    if (visit->at[TALKS]) {
        delist(&state->visits, state->lists + TALKS, visit, TALKS);
        return DONE;
    }
    visit->flags |= IS_OVER;
    return enlist(state->lists + TALKS, visit, step->number, TALKS);
}

static int is_handled(const Visit *visit) {
    return visit->flags & IS_ANSWERED && visit->place != NOWHERE && visit->wrapped == NOT_TOLD;
}

/* A conversation ends. */
static int end(Step *step) {
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (!is_handled(visit) || visit->ended != NOT_TOLD) return NOT_OURS;
    int result = find_pane_of(step, event->at);
    if (result != DONE) return result;
    Delta *delta = touched(step);
    if (!delta) return FAILED;
    visit->ended = event->at;
    visit->talk = event->talk == NOT_TOLD ? UNTOLD : (uint32_t)event->talk;
    visit->hold = event->hold == NOT_TOLD ? UNTOLD : (uint32_t)event->hold;
    if (add_handling(step->state, delta, handling_of(visit), 1) < 0) return FAILED;
    return hang_up(step) == DONE ? set_dirty(step) : FAILED;
}

/* The agent finishes: what the visit counted when it ended counts now. */
static int wrap_up(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (!is_handled(visit) || visit->ended == NOT_TOLD) return NOT_OURS;
    int result = find_pane_of(step, visit->ended);
    Target before = step->pane;
    step->pane.pane = NULL;
    if (result == DONE) result = find_pane_of(step, event->at);
    if (result == DONE) {
        Handling was = handling_of(visit), now = was;
        now.wrapped = 1;
        now.wrap = event->wrap != NOT_TOLD          ? event->wrap
                   : event->at > visit->ended ? event->at - visit->ended
                                              : 0;
        Delta *delta = touched(step);
        result = delta ? add_handling(state, delta, now, 1) : FAILED;
        if (step->pane.start == before.start) before.delta = step->pane.delta;
        delta = result == DONE ? touch(state, step->bound, &before, step->revision) : NULL;
        result = delta ? add_handling(state, delta, was, -1) : FAILED;
        visit->wrapped = event->at;
        visit->wrap = event->wrap == NOT_TOLD ? UNTOLD : (uint32_t)event->wrap;
    }
    give_back(before.pane);
    return result == DONE ? set_dirty(step) : result;
}

static int make_step(Step *step) {
    const Event *event = step->event;
    uint32_t known = packed(&step->state->visits, event->tenant,
                            (Span){event->contact, event->contact_length}, event->hash);
    if (known) {
        step->number = known - 1;
        step->visit = visit_at(&step->state->visits, step->number);
        if (step->visit->number != event->visit) return NOT_OURS;
    }
    switch (event->kind) {
    case OFFER: return known ? offer_late(step) : offer(step);
    case ANSWER:
    case ABANDON: return known ? conclude(step) : begin_with_outcome(step);
    case END: return known ? end(step) : NOT_OURS;
    default: return known ? wrap_up(step) : NOT_OURS;
    }
}

static int fold_event(State *state, const Bound *bound, const Event *event) {
    Step step = {.state = state, .bound = bound, .event = event};
    step.revision = bound->revision + event->offset * bound->revision_step;
    int result = make_step(&step);
    give_back(step.pane.pane);
    return result;
}

#define AHEAD 8

/* Let memory bring what an event to come will need. */
static void prefetch(const State *state, const Event *event, const Event *later) {
    const Visits *visits = &state->visits;
    __builtin_prefetch(visits->slots + (later->hash & visits->mask));
    uint32_t number = visits->slots[event->hash & visits->mask].number;
    if (number) __builtin_prefetch(visit_at(visits, number - 1));
}

/* Fold the events that were read, from `index` up to `number`; the index of the first that Python
 * must fold, or `number`; FAILED with an error. */
EXPORT Size core_fold(State *state, const Bound *bound, Size index, Size number) {
    for (; index < number; index++) {
        const Event *event = state->events + index;
        if (index + 2 * AHEAD < number) prefetch(state, event + AHEAD, event + 2 * AHEAD);
        if (event->kind == REFUSED) continue;
        int result = event->kind == ELSEWHERE ? NOT_OURS : fold_event(state, bound, event);
        if (result == FAILED) return FAILED;
        if (result == NOT_OURS) return index;
    }
    return number;
}

/* ------------------------------------------------------------------ visits for Python */

static PyObject *number_or_none(const State *state, int64_t number, int64_t none) {
    return number == none ? held(state->at->none) : PyLong_FromLongLong(number);
}

static PyObject *name_or_none(const State *state, int32_t name) {
    return held(name == NOBODY ? state->at->none : named(state, name));
}

static PyObject *customer_of(const State *state, const Visit *visit) {
    if (!visit->customer_length) return held(state->at->none);
    return text_of(visit->text + visit->contact_length, visit->customer_length);
}

static PyObject *channel_name(const State *state, const Visit *visit) {
    if (visit->place == NOWHERE) return *slot(state->at->new_visit, state->at->visit[CHANNEL]);
    return state->channels[state->places.all[visit->place].channel].object;
}

static PyObject *queue_name(const State *state, const Visit *visit) {
    if (visit->place == NOWHERE) return state->at->none;
    return named(state, state->places.all[visit->place].queue);
}

/* A visit as Python's record; NULL with an error. */
static PyObject *record_of(const State *state, const Visit *visit) {
    int answered = visit->flags & IS_ANSWERED;
    PyObject *record = copy_of(state->at->new_visit, state->at->visit_words);
    if (!record) return NULL;
    const struct { int field; PyObject *value; } told[] = {
        {OFFERED_AT, number_or_none(state, visit->offered, NOT_TOLD)},
        {QUEUE, held(queue_name(state, visit))},
        {CHANNEL, held(channel_name(state, visit))},
        {answered ? ANSWERED_AT : ABANDONED_AT, number_or_none(state, visit->outcome, NOT_TOLD)},
        {answered ? ANSWERED_QUEUE : ABANDONED_QUEUE, name_or_none(state, visit->outcome_queue)},
        {answered ? ANSWERED_WAIT : ABANDONED_WAIT, number_or_none(state, visit->wait, UNTOLD)},
        {AGENT, name_or_none(state, visit->agent)},
        {ENDED_AT, number_or_none(state, visit->ended, NOT_TOLD)},
        {TALK, number_or_none(state, visit->talk, UNTOLD)},
        {HOLD, number_or_none(state, visit->hold, UNTOLD)},
        {WRAPPED_AT, number_or_none(state, visit->wrapped, NOT_TOLD)},
        {WRAP, number_or_none(state, visit->wrap, UNTOLD)},
        {PRIORITY, number_or_none(state, visit->priority, NOBODY)},
        {CUSTOMER, customer_of(state, visit)},
    };
    int whole = 1;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        whole &= told[i].value != NULL;
        if (told[i].value) put(record, state->at->visit[told[i].field], told[i].value);
    }
    if (whole) return record;
    Py_DecRef(record);
    return NULL;
}

/* The number of a contact's packed visit + 1, or 0; FAILED with an error. */
EXPORT int64_t core_find(const State *state, PyObject *tenant, PyObject *contact) {
    Size lengths[2];
    Span texts[2];
    PyObject *objects[2] = {tenant, contact};
    for (int i = 0; i < 2; i++) {
        texts[i].text = (Text)PyUnicode_AsUTF8AndSize(objects[i], lengths + i);
        if (!texts[i].text) return FAILED;
        texts[i].length = (uint32_t)lengths[i];
    }
    uint32_t name = *name_slot(&state->names, texts[0], hash_of(texts[0].text, lengths[0]));
    if (!name) return 0;
    int32_t number = (int32_t)name - 1;
    return packed(&state->visits, number, texts[1], contact_hash(number, texts[1]));
}

/* A packed visit as Python's record. */
EXPORT PyObject *core_peek(const State *state, uint32_t number) {
    return record_of(state, visit_at(&state->visits, number));
}

/* None, or whether a visit in this list is `flag`. */
static PyObject *listed_as(const State *state, const Visit *visit, int which, int flag) {
    if (!visit->at[which]) return held(state->at->none);
    return held(visit->flags & flag ? state->at->yes : state->at->no);
}

/* All of a visit, which stays packed: (key, record, whether it is to be written, whether it is
 * being written, whether its conversation ended untold, where it is open). The next three are None
 * where it is not in their lists, else whether it is new, or over. */
EXPORT PyObject *core_whole(const State *state, uint32_t number) {
    const Visit *visit = visit_at(&state->visits, number);
    PyObject *parts[6] = {
        visit_key(state, visit),
        record_of(state, visit),
        listed_as(state, visit, DIRTY, IS_NEW),
        listed_as(state, visit, FLYING, FLIES_NEW),
        listed_as(state, visit, TALKS, IS_OVER),
        held(visit->at[OPEN] ? state->places.all[visit->place].home : state->at->none),
    };
    return tuple_of(parts, 6);
}

/* A visit is packed no longer. */
EXPORT int core_unpack(State *state, uint32_t number) { return unpack(state, number); }

static int append_number(PyObject *list, int64_t number) {
    return append(list, PyLong_FromLongLong(number));
}

/* Append the numbers of all visits, or of those that are being written. */
EXPORT int core_numbers(const State *state, int flying, PyObject *into) {
    for (uint32_t i = 0; i < state->visits.born; i++) {
        const Visit *visit = visit_at(&state->visits, i);
        if (visit->flags & IS_HERE && (!flying || visit->at[FLYING]) && append_number(into, i) < 0)
            return FAILED;
    }
    return DONE;
}

/* Visits, those to be written, and those that go on. */
EXPORT void core_counts(const State *state, int64_t *into) {
    into[0] = state->visits.used;
    into[1] = state->lists[DIRTY].used;
    into[2] = state->open;
    into[3] = state->names.used;
}

/* ------------------------------------------------------------------ who is open */

/* Append the numbers of open visits that were offered, or answered, before these instants of their
 * channels. */
EXPORT int core_older(const State *state, const int64_t *waits, const int64_t *talks,
                      PyObject *into) {
    for (uint32_t i = 0; i < state->places.used; i++) {
        const Place *place = state->places.all + i;
        for (int answered = 0; answered < 2; answered++) {
            int64_t since = (answered ? talks : waits)[place->channel];
            const List *open = place->open + answered;
            for (uint32_t j = 0; j < open->used; j++) {
                const Visit *visit = visit_at(&state->visits, open->visits[j]);
                if ((answered ? visit->outcome : visit->offered) < since &&
                    append_number(into, open->visits[j]) < 0)
                    return FAILED;
            }
        }
    }
    return DONE;
}

/* Append the queues and channels where somebody came or went since they were last asked for. */
EXPORT int core_changed(State *state, PyObject *into) {
    for (uint32_t i = 0; i < state->places.used; i++) {
        Place *place = state->places.all + i;
        if (!place->changed) continue;
        PyObject *parts[2] = {held(place->home), PyLong_FromLongLong(i)};
        if (append(into, tuple_of(parts, 2)) < 0) return FAILED;
        place->changed = 0;
    }
    return DONE;
}

/* Add the visits that wait at a place, or are `answered`, by their keys, each since its instant. */
EXPORT int core_open(const State *state, uint32_t number, int answered, PyObject *into) {
    const List *open = state->places.all[number].open + answered;
    for (uint32_t i = 0; i < open->used; i++) {
        const Visit *visit = visit_at(&state->visits, open->visits[i]);
        PyObject *key = visit_key(state, visit);
        PyObject *since = PyLong_FromLongLong(answered ? visit->outcome : visit->offered);
        int result = key && since && !PyDict_SetItem(into, key, since) ? DONE : FAILED;
        give_back(key);
        give_back(since);
        if (result == FAILED) return FAILED;
    }
    return DONE;
}

/* Append the instants alone. */
EXPORT int core_instants(const State *state, uint32_t number, int answered, PyObject *into) {
    const List *open = state->places.all[number].open + answered;
    for (uint32_t i = 0; i < open->used; i++) {
        const Visit *visit = visit_at(&state->visits, open->visits[i]);
        if (append_number(into, answered ? visit->outcome : visit->offered) < 0) return FAILED;
    }
    return DONE;
}

/* (key, whether it is over, agent, queue, instant of the answer) of a conversation. */
static PyObject *talk_of(const State *state, const Visit *visit) {
    PyObject *parts[5] = {
        visit_key(state, visit),
        held(visit->flags & IS_OVER ? state->at->yes : state->at->no),
        name_or_none(state, visit->agent),
        held(queue_name(state, visit)),
        PyLong_FromLongLong(visit->outcome),
    };
    return tuple_of(parts, 5);
}

/* Append the conversations that began or ended since they were last asked for; all that there are
 * where `everything` is asked for. */
EXPORT int core_talks(State *state, int everything, PyObject *into) {
    List *talks = state->lists + TALKS;
    for (uint32_t i = talks->used; i--;) {
        Visit *visit = visit_at(&state->visits, talks->visits[i]);
        if (!everything && append(into, talk_of(state, visit)) < 0) return FAILED;
        visit->flags &= (uint8_t)~IS_OVER;
        visit->at[TALKS] = 0;
        talks->used = i;
    }
    for (uint32_t i = 0; everything && i < state->places.used; i++) {
        const List *open = state->places.all[i].open + 1;
        for (uint32_t j = 0; j < open->used; j++)
            if (append(into, talk_of(state, visit_at(&state->visits, open->visits[j]))) < 0)
                return FAILED;
    }
    return DONE;
}

/* ------------------------------------------------------------------ writing */

static uint8_t *big(uint8_t *out, uint64_t value, int bytes) {
    for (int i = bytes; i--;) *out++ = (uint8_t)(value >> 8 * i);
    return out;
}

static uint8_t *pack_number(uint8_t *out, int64_t value, int64_t none) {
    if (value == none) return big(out, 0xc0, 1);
    if (value < INT32_MIN) return big(big(out, 0xd3, 1), (uint64_t)value, 8);
    if (value < INT16_MIN) return big(big(out, 0xd2, 1), (uint64_t)value, 4);
    if (value < INT8_MIN) return big(big(out, 0xd1, 1), (uint64_t)value, 2);
    if (value < -32) return big(big(out, 0xd0, 1), (uint64_t)value, 1);
    if (value < 0x80) return big(out, (uint64_t)value, 1);
    if (value < 0x100) return big(big(out, 0xcc, 1), (uint64_t)value, 1);
    if (value < 0x10000) return big(big(out, 0xcd, 1), (uint64_t)value, 2);
    if (value < 0x100000000) return big(big(out, 0xce, 1), (uint64_t)value, 4);
    return big(big(out, 0xcf, 1), (uint64_t)value, 8);
}

static uint8_t *pack_text(uint8_t *out, const uint8_t *text, uint32_t length) {
    out = length < 32 ? big(out, 0xa0 | length, 1) : big(big(out, 0xd9, 1), length, 1);
    memcpy(out, text, length);
    return out + length;
}

/* The bits of the fields of a usual visit, as `contracts/visit_records.py` has them. */
enum {
    B_OFFERED, B_QUEUE, B_CUSTOMER, B_ANSWERED, B_AGENT, B_ANSWERED_QUEUE, B_ENDED, B_TALK, B_HOLD,
    B_ABANDONED, B_ABANDONED_QUEUE, B_WRAPPED, B_WRAP, B_ANSWERED_WAIT, B_ABANDONED_WAIT,
    B_CHANNEL, B_PRIORITY = 18
};

/* Longer than any values: five texts, and numbers. */
#define LONGEST_VALUES 1024
/* Before the values: a mark, an array of so many, and their mask. */
#define LONGEST_RECORD (LONGEST_VALUES + 16)
#define USUAL_MARK 2

/* The values that are told of a visit, the mask of them, and how many there are. */
typedef struct {
    uint8_t values[LONGEST_VALUES], *end;
    uint32_t mask, number;
} Record;

/* Where the value of a bit, which is told, is to be written. */
static uint8_t *add_value(Record *record, int bit) {
    record->mask |= 1u << bit;
    record->number++;
    return record->end;
}

static void add_number(Record *record, int bit, int64_t value, int64_t none) {
    if (value != none) record->end = pack_number(add_value(record, bit), value, NOT_TOLD);
}

/* An instant, as the difference to the offer's where that is told. */
static void add_instant(Record *record, int bit, int64_t at, int64_t offered) {
    if (at != NOT_TOLD) add_number(record, bit, offered == NOT_TOLD ? at : at - offered, NOT_TOLD);
}

static void add_name(const State *state, Record *record, int bit, int32_t name) {
    if (name == NOBODY) return;
    const Name *one = state->names.all + name;
    record->end = pack_text(add_value(record, bit), one->bytes, (uint32_t)one->length);
}

/* What is told of the answer, or of giving up; a queue that is the offer's is `true`. */
static void add_outcome(const State *state, Record *record, const Visit *visit, int32_t queue) {
    int answered = visit->flags & IS_ANSWERED;
    add_instant(record, answered ? B_ANSWERED : B_ABANDONED, visit->outcome, visit->offered);
    if (answered) add_name(state, record, B_AGENT, visit->agent);
    int bit = answered ? B_ANSWERED_QUEUE : B_ABANDONED_QUEUE;
    if (visit->outcome_queue != queue) add_name(state, record, bit, visit->outcome_queue);
    else if (queue != NOBODY) record->end = big(add_value(record, bit), 0xc3, 1);
    bit = answered ? B_ANSWERED_WAIT : B_ABANDONED_WAIT;
    add_number(record, bit, visit->wait, UNTOLD);
}

static int digit(uint8_t letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The 32 bytes of 64 hexadecimal digits; NOT_OURS where they are none. */
static int pack_digits(uint8_t *out, Text text) {
    for (int i = 0; i < 64; i += 2) {
        int high = digit(text[i]), low = digit(text[i + 1]);
        if (high < 0 || low < 0) return NOT_OURS;
        *out++ = (uint8_t)(high << 4 | low);
    }
    return DONE;
}

static void add_customer(Record *record, Text text, uint32_t length) {
    if (!length) return;
    uint8_t *out = add_value(record, B_CUSTOMER);
    if (length == 64 && pack_digits(out + 2, text) == DONE) record->end = big(out, 0xc420, 2) + 32;
    else record->end = pack_text(out, text, length);
}

static void add_channel(const State *state, Record *record, const Visit *visit) {
    Size length;
    Text channel = (Text)PyUnicode_AsUTF8AndSize(channel_name(state, visit), &length);
    if (channel_name(state, visit) != *slot(state->at->new_visit, state->at->visit[CHANNEL]))
        record->end = pack_text(add_value(record, B_CHANNEL), channel, (uint32_t)length);
}

/* A visit as `encode_visit` writes it; the bytes of it. */
static Size pack_record(const State *state, const Visit *visit, uint8_t *out) {
    uint8_t *begin = out;
    int32_t queue = visit->place == NOWHERE ? NOBODY : state->places.all[visit->place].queue;
    Record record;
    record.end = record.values;
    record.mask = record.number = 0;
    add_number(&record, B_OFFERED, visit->offered, NOT_TOLD);
    add_name(state, &record, B_QUEUE, queue);
    add_channel(state, &record, visit);
    if (visit->flags & IS_ANSWERED) add_outcome(state, &record, visit, queue);
    add_instant(&record, B_ENDED, visit->ended, visit->offered);
    add_number(&record, B_TALK, visit->talk, UNTOLD);
    add_number(&record, B_HOLD, visit->hold, UNTOLD);
    add_instant(&record, B_WRAPPED, visit->wrapped, visit->offered);
    add_number(&record, B_WRAP, visit->wrap, UNTOLD);
    if (visit->flags & IS_ABANDONED) add_outcome(state, &record, visit, queue);
    add_number(&record, B_PRIORITY, visit->priority, NOBODY);
    add_customer(&record, visit->text + visit->contact_length, visit->customer_length);
    uint32_t number = record.number + 1;
    out = big(out, USUAL_MARK, 1);
    out = number < 16 ? big(out, 0x90 | number, 1) : big(big(out, 0xdc, 1), number, 2);
    out = pack_number(out, record.mask, NOT_TOLD);
    memcpy(out, record.values, (size_t)(record.end - record.values));
    return out + (record.end - record.values) - begin;
}

/* What a flush is made of: a partition's number, the list of visits that nothing is stored with, and
 * of a page the places, those that wait, are in progress, their agents, and those over. */
typedef struct {
    int64_t partition;
    PyObject *lonely, *places, *waiting, *answered, *agents, *over;
} Flush;

/* Rows joined end to end, as `fold/rows.py` says. */
typedef struct {
    uint8_t *bytes;
    size_t used, room;
    int64_t number;
} Rows;

static uint32_t turned(uint32_t word, int bits) { return word >> bits | word << (32 - bits); }

/* Take a block of 64 bytes into the eight words of a SHA-256 (FIPS 180-4). */
static void hash_block(uint32_t *hash, const uint8_t *block) {
    static const uint32_t ROUNDS[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
        0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
        0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
        0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
        0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
        0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
        0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
        0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
        0xc67178f2};
    uint32_t words[64], now[8];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t early = words[i - 15], late = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] +
                   (turned(early, 7) ^ turned(early, 18) ^ early >> 3) +
                   (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
    memcpy(now, hash, sizeof now);
    for (uint32_t i = 0; i < 64; i++) { /* the words stay, their names move on */
        uint32_t *d = now + (3 - i) % 8, *h = now + (7 - i) % 8;
        uint32_t a = now[-i % 8], b = now[(1 - i) % 8], c = now[(2 - i) % 8];
        uint32_t e = now[(4 - i) % 8], f = now[(5 - i) % 8], g = now[(6 - i) % 8];
        *h += (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] +
              words[i];
        *d += *h;
        *h += (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (int i = 0; i < 8; i++) hash[i] += now[i];
}

/* What stands for a customer of up to 255 bytes, as `customer_mark` says it. */
static int64_t customer_mark(const uint8_t *text, uint32_t length) {
    uint32_t hash[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t blocks[5 * 64] = {0};
    uint32_t bytes = (length + 9 + 63) / 64 * 64;
    memcpy(blocks, text, length);
    blocks[length] = 0x80;
    big(blocks + bytes - 2, length * 8, 2);
    for (uint32_t at = 0; at < bytes; at += 64) hash_block(hash, blocks + at);
    return (int64_t)((uint64_t)hash[0] << 32 | hash[1]);
}

static uint8_t *put_null(uint8_t *out) { return big(out, UINT32_MAX, 4); }

static uint8_t *put_small(uint8_t *out, int64_t value) {
    return big(big(out, 2, 4), (uint64_t)value, 2);
}

static uint8_t *put_number(uint8_t *out, int64_t value) {
    return value == NOT_TOLD ? put_null(out) : big(big(out, 8, 4), (uint64_t)value, 8);
}

static uint8_t *put_text(uint8_t *out, Text text, size_t length) {
    memcpy(big(out, length, 4), text, length);
    return out + 4 + length;
}

static uint8_t *put_name(const State *state, uint8_t *out, int32_t name) {
    if (name == NOBODY) return put_null(out);
    const Name *one = state->names.all + name;
    return put_text(out, one->bytes, (size_t)one->length);
}

static uint8_t *put_channel(const State *state, uint8_t *out, const Visit *visit) {
    Size length;
    Text channel = (Text)PyUnicode_AsUTF8AndSize(channel_name(state, visit), &length);
    return put_text(out, channel, (size_t)length);
}

/* What stands for the customer of a visit. */
static uint8_t *put_customer(uint8_t *out, const Visit *visit) {
    const uint8_t *customer = visit->text + visit->contact_length;
    return visit->customer_length ? put_number(out, customer_mark(customer, visit->customer_length))
                                  : put_null(out);
}

#define VISIT_COLUMNS 11
/* Longer than any row: four texts, numbers and the record. */
#define LONGEST_ROW (LONGEST_RECORD + 1024)

/* The row of a visit; the bytes of it. */
static size_t pack_row(const State *state, int64_t partition, const Visit *visit, uint8_t *out) {
    const uint8_t *begin = out;
    int32_t queue = visit->place == NOWHERE ? visit->outcome_queue
                                            : state->places.all[visit->place].queue;
    out = put_small(big(out, VISIT_COLUMNS, 2), partition);
    out = put_name(state, out, visit->tenant);
    out = put_text(out, visit->text, visit->contact_length);
    out = put_small(out, visit->number);
    out = put_number(out, visit->offered);
    out = put_name(state, out, queue);
    out = put_channel(state, out, visit);
    out = put_customer(out, visit);
    out = put_null(put_null(out));
    Size record = pack_record(state, visit, out + 4);
    return (size_t)(big(out, (uint64_t)record, 4) + record - begin);
}

/* Room for so many bytes more; NULL with an error. */
static uint8_t *room_for(Rows *rows, size_t bytes) {
    if (rows->room - rows->used < bytes) {
        size_t room = rows->room * 2 + bytes;
        uint8_t *moved = realloc(rows->bytes, room);
        if (!moved) {
            PyErr_NoMemory();
            return NULL;
        }
        rows->bytes = moved;
        rows->room = room;
    }
    return rows->bytes + rows->used;
}

/* Append the row of a visit. */
static int append_row(const State *state, int64_t partition, const Visit *visit, Rows *rows) {
    uint8_t *out = room_for(rows, LONGEST_ROW);
    if (!out) return FAILED;
    rows->used += pack_row(state, partition, visit, out);
    rows->number++;
    return DONE;
}

/* The bytes of rows, which are given back. */
static PyObject *bytes_of(Rows *rows) {
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)rows->bytes, (Size)rows->used);
    free(rows->bytes);
    return bytes;
}

/* The number of a queue and channel on a page, held; NULL with an error. */
static PyObject *page_place(const Flush *flush, PyObject *home) {
    PyObject *number = PyDict_GetItemWithError(flush->places, home);
    if (number) return held(number);
    if (PyErr_Occurred()) return NULL;
    number = PyLong_FromLongLong(PyDict_Size(flush->places));
    if (!number || !PyDict_SetItem(flush->places, home, number)) return number;
    Py_DecRef(number);
    return NULL;
}

/* Note on the page that a visit is open, or is no longer. */
static int note(const State *state, const Flush *flush, const Visit *visit, PyObject *key,
                int is_new) {
    if (!visit->at[OPEN]) return is_new || !PyList_Append(flush->over, key) ? DONE : FAILED;
    int answered = visit->flags & IS_ANSWERED;
    PyObject *parts[4] = {
        page_place(flush, state->places.all[visit->place].home),
        held(PyTuple_GetItem(key, 1)),
        held(PyTuple_GetItem(key, 2)),
        PyLong_FromLongLong(answered ? visit->outcome : visit->offered),
    };
    if (append(answered ? flush->answered : flush->waiting, tuple_of(parts, 4)) < 0) return FAILED;
    return answered ? append(flush->agents, name_or_none(state, visit->agent)) : DONE;
}

/* A visit to be written is being written, by a row of `rows`. */
static int take(State *state, const Flush *flush, uint32_t number, Rows *rows) {
    Visit *visit = visit_at(&state->visits, number);
    int is_new = visit->flags & IS_NEW;
    PyObject *key = visit_key(state, visit);
    int result = key ? append_row(state, flush->partition, visit, rows + !is_new) : FAILED;
    if (result == DONE) result = note(state, flush, visit, key, is_new);
    if (result == DONE && is_new && PyList_Append(flush->lonely, key)) result = FAILED;
    give_back(key);
    if (result == FAILED) return FAILED;
    visit->flags &= (uint8_t)~(IS_NEW | FLIES_NEW);
    if (is_new) visit->flags |= FLIES_NEW;
    visit->at[DIRTY] = 0;
    return enlist(state->lists + FLYING, visit, number, FLYING);
}

/* Take all visits that are to be written: the number and the bytes of the rows of those that the
 * database does not have, and of those it has; NULL with an error. */
EXPORT PyObject *core_take(State *state, const Flush *flush) {
    List *dirty = state->lists + DIRTY;
    Rows rows[2] = {{0}, {0}};
    int result = DONE;
    for (uint32_t i = 0; i < dirty->used && result == DONE; i++)
        result = take(state, flush, dirty->visits[i], rows);
    if (result == DONE) dirty->used = 0;
    PyObject *parts[4] = {
        PyLong_FromLongLong(rows[0].number),
        bytes_of(rows),
        PyLong_FromLongLong(rows[1].number),
        bytes_of(rows + 1),
    };
    PyObject *taken = tuple_of(parts, 4);
    if (result == DONE) return taken;
    give_back(taken);
    return NULL;
}

#define PANE_COLUMNS 7
/* Of a pane's row without its cells: three texts of at most 128 characters, and numbers. */
#define LONGEST_PANE 2048
#define LONGEST_CELL 18

static uint8_t *put_object(uint8_t *out, PyObject *text) {
    Size length;
    Text bytes = (Text)PyUnicode_AsUTF8AndSize(text, &length);
    return bytes && length <= 512 ? put_text(out, bytes, (size_t)length) : NULL;
}

/* A pane's cells as MessagePack writes them; NULL with an error. */
static uint8_t *pack_cells(uint8_t *out, PyObject *cells) {
    uint64_t number = (uint64_t)PyDict_Size(cells);
    Size place = 0;
    PyObject *code, *amount;
    out = number < 16        ? big(out, 0x80 | number, 1)
          : number < 0x10000 ? big(big(out, 0xde, 1), number, 2)
                             : big(big(out, 0xdf, 1), number, 4);
    while (PyDict_Next(cells, &place, &code, &amount)) {
        out = pack_number(out, PyLong_AsLongLong(code), NOT_TOLD);
        out = pack_number(out, PyLong_AsLongLong(amount), NOT_TOLD);
    }
    return PyErr_Occurred() ? NULL : out;
}

/* Append the row of a pane. */
static int append_pane(const Layout *at, int64_t partition, PyObject *pane, Rows *rows) {
    PyObject *key = *slot(pane, at->pane[PANE_KEY]), *cells = *slot(pane, at->pane[PANE_CELLS]);
    size_t longest = LONGEST_PANE + LONGEST_CELL * (size_t)PyDict_Size(cells);
    uint8_t *out = room_for(rows, longest), *begin = out, *body;
    if (out) out = put_object(big(out, PANE_COLUMNS, 2), PyTuple_GetItem(key, 0));
    if (out) out = put_number(out, PyLong_AsLongLong(PyTuple_GetItem(key, 3)));
    if (out) out = put_object(out, PyTuple_GetItem(key, 1));
    if (out) out = put_object(out, PyTuple_GetItem(key, 2));
    if (!out) return FAILED;
    out = put_small(out, partition);
    body = put_number(out, PyLong_AsLongLong(*slot(pane, at->pane[PANE_REVISION]))) + 4;
    out = pack_cells(body, cells);
    if (!out) return FAILED;
    big(body - 4, (uint64_t)(out - body), 4);
    rows->used += (size_t)(out - begin);
    return DONE;
}

/* The rows of the panes of a list; NULL with an error. */
EXPORT PyObject *core_panes(const State *state, int64_t partition, PyObject *panes, Size number) {
    Rows rows = {0};
    int result = DONE;
    for (Size i = 0; i < number && result == DONE; i++)
        result = append_pane(state->at, partition, PyList_GetItem(panes, i), &rows);
    PyObject *bytes = result == DONE ? bytes_of(&rows) : NULL;
    if (result != DONE) free(rows.bytes);
    return bytes;
}

/* What was taken is stored, or, `again`, to be written again. */
EXPORT int core_taken(State *state, int again) {
    List *flying = state->lists + FLYING;
    while (flying->used) {
        uint32_t number = flying->visits[flying->used - 1];
        Visit *visit = visit_at(&state->visits, number);
        if (again && enlist(state->lists + DIRTY, visit, number, DIRTY) < 0) return FAILED;
        if (again && visit->flags & FLIES_NEW) visit->flags |= IS_NEW;
        visit->flags &= (uint8_t)~FLIES_NEW;
        visit->at[FLYING] = 0;
        flying->used--;
    }
    return DONE;
}

/* ------------------------------------------------------------------ memory */

static int64_t last_of(const Visit *visit) {
    return visit->offered > visit->outcome ? visit->offered : visit->outcome;
}

static int is_in_progress(const Visit *visit) {
    return visit->flags & IS_ANSWERED && visit->ended == NOT_TOLD;
}

/* Whether a visit is stored and not going on; `talks` are the oldest answers, by channel. */
static int is_free(const State *state, const Visit *visit, const int64_t *talks) {
    if (!(visit->flags & IS_HERE) || visit->at[DIRTY] || visit->at[OPEN]) return 0;
    if (!is_in_progress(visit)) return 1;
    PyObject *channel = channel_name(state, visit);
    for (int i = 0; i < state->channels_known; i++)
        if (state->channels[i].object == channel) return visit->outcome < talks[i];
    return 0;
}

/* Append the last instants of the visits that may leave memory. */
EXPORT int core_lasts(const State *state, const int64_t *talks, PyObject *into) {
    for (uint32_t i = 0; i < state->visits.born; i++) {
        const Visit *visit = visit_at(&state->visits, i);
        if (is_free(state, visit, talks) && append_number(into, last_of(visit)) < 0) return FAILED;
    }
    return DONE;
}

/* Forget those whose last instant is `until` at most: `found` has the latest of them, and whether
 * the end of one is not known. */
EXPORT int core_trim(State *state, const int64_t *talks, int64_t until, int64_t *found) {
    found[0] = NOT_TOLD;
    found[1] = 0;
    for (uint32_t i = 0; i < state->visits.born; i++) {
        const Visit *visit = visit_at(&state->visits, i);
        int64_t last = last_of(visit);
        if (!is_free(state, visit, talks) || last > until) continue;
        if (is_in_progress(visit)) found[1] = 1;
        else if (last > found[0]) found[0] = last;
        if (unpack(state, i) < 0) return FAILED;
    }
    return DONE;
}

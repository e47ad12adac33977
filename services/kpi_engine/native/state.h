/* What the core knows of Python's records, and what it keeps of one partition. */

/* In the order of `layout.py`. */
enum {
    OFFERED_AT, QUEUE, CHANNEL, ANSWERED_AT, AGENT, ANSWERED_QUEUE, ANSWERED_WAIT, ENDED_AT, TALK,
    HOLD, WRAPPED_AT, WRAP, ABANDONED_AT, ABANDONED_QUEUE, ABANDONED_WAIT, PRIORITY, CUSTOMER,
    VISIT_FIELDS
};
enum { PANE_KEY, PANE_REVISION, PANE_CELLS, PANE_DIRTY, PANE_UNPUBLISHED, PANE_FIELDS };
enum {
    TALK_TENANT, TALK_CONTACT, TALK_VISIT, TALK_AGENT, TALK_QUEUE, TALK_SINCE, TALK_FIELDS
};
enum {
    GAUGE_TENANT, GAUGE_QUEUE, GAUGE_CHANNEL, GAUGE_WAITING, GAUGE_IN_PROGRESS, GAUGE_UNRESOLVED,
    GAUGE_LASTING, GAUGE_FIELDS
};
/* Codes of cells and histograms. */
enum {
    C_OFFERED, C_ANSWERED, C_ABANDONED, C_ANSWERED_WAIT, C_ABANDONED_WAIT, C_HANDLED, C_TALK,
    C_HOLD, C_WRAP, C_HELD, C_WRAP_TOLD, C_ANSWERED_WAITS, C_ABANDONED_WAITS, C_HANDLE_TIMES, CODES
};
/* What an answer to a survey counts. */
enum { S_OFFERED, S_COUNT, S_SUM, S_SCORES, S_RESOLVED, SURVEY_CODES };
/* Surveys of one kind, when they were answered, and again in the time of their contact. */
enum { CSAT, NPS, FCR, CES, SCALES };

typedef struct {
    int64_t visit[VISIT_FIELDS], pane[PANE_FIELDS], talk[TALK_FIELDS],
        gauge[GAUGE_FIELDS], codes[CODES], surveys[2][SCALES][SURVEY_CODES];
    int64_t visit_words, pane_words, talk_words, gauge_words, latest, exact_seconds, score_steps,
        resolved;
    double growth;
    uint64_t secret[2];
    PyObject *none, *yes, *no, *new_visit, *new_pane, *new_talk, *new_gauge, *channels;
} Layout;

/* What one partition holds while a slice is folded: borrowed from the caller. */
typedef struct {
    PyObject *absent, *parked, *known, *numbers, *unsure, *panes, *dirty_panes, *unpublished,
        *orphans, *doubts, *note_late;
    int64_t most_doubts, visits_since, panes_since, panes_kept_since, length, passed, revision,
        revision_step;
    int64_t waits_since[SEVERAL_CHANNELS], talks_since[SEVERAL_CHANNELS]; /* by channel */
} Bound;

typedef const uint8_t *Text;

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

enum { OFFER, ANSWER, ABANDON, END, WRAP_UP, SURVEY, KINDS, ELSEWHERE, REFUSED };

typedef struct {
    int64_t at, offset;
    PyObject *value;
    union {
        struct { int64_t wait, talk, hold, wrap, priority; };
        struct { double score, best, worst; Text survey; uint8_t survey_length, scale; };
    };
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
enum {
    IS_NEW = 1, FLIES_NEW = 2, IS_ANSWERED = 4, IS_ABANDONED = 8, IS_OVER = 16, IS_HERE = 32,
    IS_MARKED = 64, IS_SURVEYED = 128
};

#define UNTOLD UINT32_MAX
#define NOWHERE UINT32_MAX

/* `at` are places in lists + 1, or 0; `text` is the contact, behind it the customer, and behind that
 * a survey; `mark` stands for the customer, once it was asked for. */
typedef struct {
    int64_t offered, outcome, ended, wrapped, mark;
    uint8_t *text;
    uint32_t wait, talk, hold, wrap, place, hash, at[LISTS];
    int32_t priority, tenant, agent, outcome_queue;
    uint16_t number;
    uint8_t contact_length, customer_length, flags;
} Visit;

/* To be written, being written, written. */
enum { SURVEY_NEW, SURVEY_FLIES, SURVEY_STORED };

/* The answer to a survey that names no visit, whose contact has this one; its name stands behind
 * it. */
typedef struct {
    int64_t at;
    double score, best, worst;
    int32_t queue, agent;
    uint8_t scale, length, written;
} Survey;

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
    uint32_t open, surveyed, unwritten; /* visits that go on; surveys, and those to be written */
    uint64_t *foreign; /* bits by the hashes of contacts of which Python may know */
    uint32_t marked;
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
#define FOREIGN_BITS (1u << 19)

/* Of the hashes of texts: the first that is told, for all partitions of the process. */
static uint64_t secret[2];

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
    state->foreign = calloc(FOREIGN_BITS / 64, sizeof *state->foreign);
    return state->names.slots && state->places.slots && state->visits.slots && state->foreign;
}

/* The state for one partition; NULL where there is no memory. */
EXPORT State *core_new(const Layout *layout) {
    State *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->at = layout;
    if (!secret[0]) memcpy(secret, layout->secret, sizeof secret);
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

/* Python knows of no contact. */
EXPORT void core_unmark(State *state) {
    memset(state->foreign, 0, FOREIGN_BITS / 8);
    state->marked = 0;
}

/* Python may know of a contact from now on. */
static void mark_foreign(State *state, uint32_t hash) {
    state->foreign[hash % FOREIGN_BITS / 64] |= 1ull << hash % 64;
    state->marked++;
}

static int is_foreign(const State *state, uint32_t hash) {
    return state->foreign[hash % FOREIGN_BITS / 64] >> hash % 64 & 1;
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
    free(state->foreign);
    free(state);
}

static inline uint64_t mixed(uint64_t hash, uint64_t value) {
    hash ^= value;
    hash *= 0x9E3779B97F4A7C15ull;
    return hash ^ (hash >> 29);
}

static inline uint64_t rotated(uint64_t word, int by) { return word << by | word >> (64 - by); }

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
    v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t word) {
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

/* SipHash-1-3 of a text, keyed with the secret of the process: nobody can choose contacts that
 * collide. */
static uint64_t hash_of(Text text, Size length) {
    uint64_t v[4] = {
        secret[0] ^ 0x736F6D6570736575ull,
        secret[1] ^ 0x646F72616E646F6Dull,
        secret[0] ^ 0x6C7967656E657261ull,
        secret[1] ^ 0x7465646279746573ull,
    };
    uint64_t rest = (uint64_t)length << 56;
    for (; length >= 8; text += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        sip_word(v, word);
    }
    for (Size i = 0; i < length; i++) rest |= (uint64_t)text[i] << 8 * i;
    sip_word(v, rest);
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint32_t contact_hash(int32_t tenant, Span contact) {
    uint64_t hash = mixed(hash_of(contact.text, contact.length), (uint64_t)tenant);
    return (uint32_t)(hash ^ hash >> 32);
}

/* Packed visits, and the lists that they are in. */

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
    drop_survey(state, visit);
    free(visit->text);
    visit->text = NULL;
    visit->flags = 0;
    gone[visits->gone.used++] = number;
    visits->used--;
    return DONE;
}

/* What panes count, gathered as differences and added to Python's panes. */

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

/* Thousandths of the way from the worst to the best. */
static int64_t score_bucket(const State *state, const Survey *survey) {
    double share = (survey->score - survey->worst) / (survey->best - survey->worst);
    if (share < 0) share = 0;
    if (share > 1) share = 1;
    return (int64_t)rint((double)state->at->score_steps * share);
}

/* Count an answer in one of its panes: that of its instant, or of its contact's offer. */
static int count_survey(const State *state, Delta *delta, const Survey *survey, int by_contact) {
    const int64_t *codes = state->at->surveys[by_contact][survey->scale];
    int64_t bucket = score_bucket(state, survey), sum = (int64_t)rint(survey->score * 1000);
    if (add_cell(delta, codes[S_OFFERED], 1) < 0 || add_cell(delta, codes[S_COUNT], 1) < 0)
        return FAILED;
    if (sum && add_cell(delta, codes[S_SUM], sum) < 0) return FAILED;
    if (codes[S_RESOLVED] && bucket >= state->at->resolved &&
        add_cell(delta, codes[S_RESOLVED], 1) < 0)
        return FAILED;
    return codes[S_SCORES] ? add_cell(delta, codes[S_SCORES] + bucket, 1) : DONE;
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

/* Find the pane of a place at `at`; NOT_OURS where Python must touch it: what it counts was deleted,
 * or may be stored. */
static int find_pane(const State *state, const Bound *bound, uint32_t number, int64_t at,
                     Target *target) {
    *target = (Target){at - at % bound->length, number, 0, NULL};
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

/* Let Python's panes know what changed one that may have been shown as final. */
static int note_late(const State *state, const Bound *bound, PyObject *pane, PyObject *value) {
    PyObject *key = *slot(pane, state->at->pane[PANE_KEY]);
    PyObject *result = PyObject_CallFunctionObjArgs(bound->note_late, key, value, NULL);
    give_back(result);
    return result ? DONE : FAILED;
}

/* What is to be added to a pane that an event changes; NULL with an error. */
static Delta *touch(State *state, const Bound *bound, Target *target, const Event *event) {
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
    delta->revision = bound->revision + event->offset * bound->revision_step;
    if (delta->start <= bound->passed && note_late(state, bound, delta->pane, event->value) < 0)
        return NULL;
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

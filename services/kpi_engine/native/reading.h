/* A slice of records to events, and who was heard in it. */

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

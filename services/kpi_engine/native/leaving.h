/* Packed visits as Python's records, which they become when they leave. */

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

/* The number of a contact's packed visit + 1, or 0, of which Python may know from now on; FAILED with
 * an error. */
EXPORT int64_t core_find(State *state, PyObject *tenant, PyObject *contact) {
    Size lengths[2];
    Span texts[2];
    PyObject *objects[2] = {tenant, contact};
    for (int i = 0; i < 2; i++) {
        texts[i].text = (Text)PyUnicode_AsUTF8AndSize(objects[i], lengths + i);
        if (!texts[i].text) return FAILED;
        texts[i].length = (uint32_t)lengths[i];
    }
    int32_t tenant_name = name_of(&state->names, texts[0]);
    if (tenant_name < 0) return FAILED;
    uint32_t hash = contact_hash(tenant_name, texts[1]);
    mark_foreign(state, hash);
    return packed(&state->visits, tenant_name, texts[1], hash);
}

/* None, or whether a visit in this list is `flag`. */
static PyObject *listed_as(const State *state, const Visit *visit, int which, int flag) {
    if (!visit->at[which]) return held(state->at->none);
    return held(visit->flags & flag ? state->at->yes : state->at->no);
}

/* (name, kind, instant, score, best, worst, queue, agent, whether it is to be written, whether it is
 * being written) of the survey of a visit. */
static PyObject *survey_parts(const State *state, const Visit *visit) {
    Survey said = survey_of(visit);
    Span scale = SCALE_NAMES[said.scale];
    PyObject *parts[10] = {
        text_of(survey_name(visit), said.length),
        text_of(scale.text, scale.length),
        PyLong_FromLongLong(said.at),
        PyFloat_FromDouble(said.score),
        PyFloat_FromDouble(said.best),
        PyFloat_FromDouble(said.worst),
        name_or_none(state, said.queue),
        name_or_none(state, said.agent),
        held(said.written == SURVEY_NEW ? state->at->yes : state->at->no),
        held(said.written == SURVEY_FLIES ? state->at->yes : state->at->no),
    };
    return tuple_of(parts, 10);
}

/* All of a visit, which stays packed: (key, record, whether it is to be written, whether it is
 * being written, whether its conversation ended untold, where it is open, its survey). The three
 * behind the record are None where it is not in their lists, else whether it is new, or over. */
EXPORT PyObject *core_whole(const State *state, uint32_t number) {
    const Visit *visit = visit_at(&state->visits, number);
    PyObject *parts[7] = {
        visit_key(state, visit),
        record_of(state, visit),
        listed_as(state, visit, DIRTY, IS_NEW),
        listed_as(state, visit, FLYING, FLIES_NEW),
        listed_as(state, visit, TALKS, IS_OVER),
        held(visit->at[OPEN] ? state->places.all[visit->place].home : state->at->none),
        visit->flags & IS_SURVEYED ? survey_parts(state, visit) : held(state->at->none),
    };
    return tuple_of(parts, 7);
}

/* A visit is Python's from now on. */
EXPORT int core_unpack(State *state, uint32_t number) {
    mark_foreign(state, visit_at(&state->visits, number)->hash);
    return unpack(state, number);
}

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

/* Visits, those to be written, those that go on; names; how often a contact became Python's; surveys,
 * and those to be written. */
EXPORT void core_counts(const State *state, int64_t *into) {
    into[0] = state->visits.used;
    into[1] = state->lists[DIRTY].used;
    into[2] = state->open;
    into[3] = state->names.used;
    into[4] = state->marked;
    into[5] = state->surveyed;
    into[6] = state->unwritten;
}

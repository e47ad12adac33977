/* Who waits, and who is in conversation. */

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

/* Append the instants alone of all that wait at a place, and of those in progress. */
EXPORT int core_instants(const State *state, uint32_t number, PyObject *waiting,
                         PyObject *answered) {
    for (int which = 0; which < 2; which++) {
        const List *open = state->places.all[number].open + which;
        for (uint32_t i = 0; i < open->used; i++) {
            const Visit *visit = visit_at(&state->visits, open->visits[i]);
            if (append_number(which ? answered : waiting,
                              which ? visit->outcome : visit->offered) < 0)
                return FAILED;
        }
    }
    return DONE;
}

/* A conversation as it is told: of one that is over only which it was. NULL with an error. */
static PyObject *talk_of(const State *state, const Visit *visit) {
    const Layout *at = state->at;
    PyObject *talk = copy_of(at->new_talk, at->talk_words);
    PyObject *contact = text_of(visit->text, visit->contact_length);
    PyObject *number = PyLong_FromLongLong(visit->number);
    PyObject *since = PyLong_FromLongLong(visit->outcome);
    if (!talk || !contact || !number || !since) {
        give_back(talk), give_back(contact), give_back(number), give_back(since);
        return NULL;
    }
    put(talk, at->talk[TALK_TENANT], held(named(state, visit->tenant)));
    put(talk, at->talk[TALK_CONTACT], contact);
    put(talk, at->talk[TALK_VISIT], number);
    if (visit->flags & IS_OVER) {
        give_back(since);
        return talk;
    }
    put(talk, at->talk[TALK_AGENT], name_or_none(state, visit->agent));
    put(talk, at->talk[TALK_QUEUE], held(queue_name(state, visit)));
    put(talk, at->talk[TALK_SINCE], since);
    return talk;
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

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

/* The instant by which ages are told, and behind which a conversation has not begun; by channel the
 * offers and the answers before which a visit is too old to be told of, and the answers before which
 * a conversation lasts long. */
typedef struct {
    int64_t now, until, waits_since[SEVERAL_CHANNELS], talks_since[SEVERAL_CHANNELS],
        young_since[SEVERAL_CHANNELS];
} Ages;

#define NO_END (1ll << 62)

/* Those of a place by their ages, and until when that is so. */
typedef struct {
    int64_t young, old, good_until;
    PyObject *waiting, *lasting;
} Aged;

static void hold_until(Aged *aged, int64_t at) {
    if (at < aged->good_until) aged->good_until = at;
}

static int age_waiting(const Ages *ages, uint8_t channel, int64_t offered, Aged *aged) {
    int64_t age = offered - ages->waits_since[channel];
    if (age < 0) return aged->old++, DONE;
    hold_until(aged, ages->now + age);
    return append_number(aged->waiting, offered);
}

static int age_talking(const Ages *ages, uint8_t channel, int64_t answered, Aged *aged) {
    if (answered > ages->until) {
        hold_until(aged, ages->now + answered - ages->until - 1);
    } else if (answered >= ages->young_since[channel]) {
        hold_until(aged, ages->now + answered - ages->young_since[channel]);
        aged->young++;
    } else if (answered >= ages->talks_since[channel]) {
        hold_until(aged, ages->now + answered - ages->talks_since[channel]);
        return append_number(aged->lasting, answered);
    }
    return DONE;
}

/* All of a place by their ages. */
static int age(const State *state, const Place *place, const Ages *ages, Aged *aged) {
    if (!aged->waiting || !aged->lasting) return FAILED;
    for (int answered = 0; answered < 2; answered++) {
        const List *open = place->open + answered;
        for (uint32_t i = 0; i < open->used; i++) {
            const Visit *visit = visit_at(&state->visits, open->visits[i]);
            if ((answered ? age_talking(ages, place->channel, visit->outcome, aged)
                          : age_waiting(ages, place->channel, visit->offered, aged)) < 0)
                return FAILED;
        }
    }
    return PyList_Sort(aged->waiting) || PyList_Sort(aged->lasting) ? FAILED : DONE;
}

/* The gauge of a place as it is told, which takes its lists; NULL with an error. */
static PyObject *gauge_of(const State *state, const Place *place, Aged *aged) {
    const Layout *at = state->at;
    PyObject *young = PyLong_FromLongLong(aged->young), *old = PyLong_FromLongLong(aged->old);
    PyObject *gauge = young && old ? copy_of(at->new_gauge, at->gauge_words) : NULL;
    if (!gauge) {
        give_back(young), give_back(old);
        give_back(aged->waiting), give_back(aged->lasting);
        return NULL;
    }
    put(gauge, at->gauge[GAUGE_TENANT], held(named(state, place->tenant)));
    put(gauge, at->gauge[GAUGE_QUEUE], held(named(state, place->queue)));
    put(gauge, at->gauge[GAUGE_CHANNEL], held(state->channels[place->channel].object));
    put(gauge, at->gauge[GAUGE_WAITING], aged->waiting);
    put(gauge, at->gauge[GAUGE_IN_PROGRESS], young);
    put(gauge, at->gauge[GAUGE_UNRESOLVED], old);
    put(gauge, at->gauge[GAUGE_LASTING], aged->lasting);
    return gauge;
}

/* Append where somebody came or went since that was last asked: (queue and channel, its number, the
 * gauge, until when it holds, how many are there). */
EXPORT int core_gauges(State *state, const Ages *ages, PyObject *into) {
    for (uint32_t i = 0; i < state->places.used; i++) {
        Place *place = state->places.all + i;
        if (!place->changed) continue;
        Aged aged = {0, 0, NO_END, PyList_New(0), PyList_New(0)};
        if (age(state, place, ages, &aged) < 0) {
            give_back(aged.waiting), give_back(aged.lasting);
            return FAILED;
        }
        PyObject *parts[5] = {held(place->home), PyLong_FromLongLong(i),
                              gauge_of(state, place, &aged), PyLong_FromLongLong(aged.good_until),
                              PyLong_FromLongLong(place->open[0].used + place->open[1].used)};
        if (append(into, tuple_of(parts, 5)) < 0) return FAILED;
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

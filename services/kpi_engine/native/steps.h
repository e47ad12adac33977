/* The usual steps of visits. */

/* What all steps need. */
typedef struct {
    State *state;
    const Bound *bound;
    const Event *event;
    Visit *visit;
    Target pane;
    uint32_t number;
} Step;

static Delta *touched(Step *step) {
    return touch(step->state, step->bound, &step->pane, step->event);
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

/* Whether the visit is neither open nor, where it is `foreign`, waiting for a stored record. */
static int is_unexpected(const Step *step, int foreign) {
    const Bound *bound = step->bound;
    if (!PyDict_Size(bound->absent) && !(foreign && PyDict_Size(bound->parked))) return DONE;
    PyObject *key = event_key(step->state, step->event);
    int result = key ? lacks(bound->absent, key) : FAILED;
    if (result == DONE && foreign) result = lacks(bound->parked, key);
    give_back(key);
    return result;
}

/* DONE where what was told of a visit is what an event tells once more: nothing changes then. */
static int is_told(const State *state, const Visit *visit, const Event *event) {
    uint8_t outcome = event->kind == ANSWER ? IS_ANSWERED : IS_ABANDONED;
    uint32_t wait = event->wait == NOT_TOLD ? UNTOLD : (uint32_t)event->wait;
    const Place *place = visit->place == NOWHERE ? NULL : state->places.all + visit->place;
    switch (event->kind) {
    case OFFER:
        return place && visit->offered == event->at && place->queue == event->queue &&
               place->channel == event->channel &&
               visit->priority == (event->priority == NOT_TOLD ? NOBODY : event->priority) &&
               visit->customer_length == event->customer_length &&
               (!event->customer || !memcmp(visit->text + visit->contact_length, event->customer,
                                            event->customer_length));
    case ANSWER:
    case ABANDON:
        return visit->flags & outcome && visit->outcome == event->at &&
               visit->outcome_queue == event->queue && visit->wait == wait &&
               visit->agent == event->agent;
    case END:
        return visit->ended == event->at &&
               visit->talk == (event->talk == NOT_TOLD ? UNTOLD : (uint32_t)event->talk) &&
               visit->hold == (event->hold == NOT_TOLD ? UNTOLD : (uint32_t)event->hold);
    default:
        return visit->wrapped == event->at &&
               visit->wrap == (event->wrap == NOT_TOLD ? UNTOLD : (uint32_t)event->wrap);
    }
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
    int foreign = is_foreign(step->state, step->event->hash);
    int result = foreign ? is_unknown(step) : DONE;
    if (result == DONE) result = is_unexpected(step, foreign);
    return result == DONE && foreign ? is_unspoken(step) : result;
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

/* Remember the record that leaves a visit without what must have come before it, as long as so many
 * are doubted. */
static int doubt(const Step *step) {
    const Bound *bound = step->bound;
    if (PyDict_Size(bound->orphans) + PyDict_Size(bound->doubts) >= bound->most_doubts) return DONE;
    PyObject *key = event_key(step->state, step->event);
    int result = key && !PyDict_SetItem(bound->orphans, key, step->event->value) ? DONE : FAILED;
    give_back(key);
    return result;
}

/* A visit begins with its answer, or with giving up, and counts nothing before its offer. */
static int begin_with_outcome(Step *step) {
    if (step->event->wait != NOT_TOLD) return NOT_OURS;
    int result = begins(step);
    if (result != DONE) return result;
    if (doubt(step) < 0 || begin(step) < 0) return FAILED;
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

/* Count what a visit that is over was handled for; `step->pane` is the pane of its end. */
static int count_handling(Step *step) {
    Delta *delta = touched(step);
    return delta ? add_handling(step->state, delta, handling_of(step->visit), 1) : FAILED;
}

/* An agent took a visit whose end is known already: it was handled in the pane of that. */
static int answer_ended(Step *step) {
    Target offered = step->pane;
    step->pane.pane = NULL;
    int result = find_pane_of(step, step->visit->ended);
    if (result == DONE) {
        close_visit(step->state, step->visit);
        put_outcome(step);
        result = touch(step->state, step->bound, &offered, step->event) ? DONE : FAILED;
        if (step->pane.start == offered.start) step->pane.delta = offered.delta;
        if (result == DONE) result = count_handling(step);
        give_back(step->pane.pane);
        step->pane = offered;
        offered.pane = NULL;
    }
    give_back(offered.pane);
    return result;
}

/* An agent takes a visit that waits, or a customer gives up. */
static int conclude(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (visit->offered == NOT_TOLD || has_outcome(visit)) return NOT_OURS;
    uint8_t channel = state->places.all[visit->place].channel;
    if (event->kind == ANSWER && event->at < step->bound->talks_since[channel]) return NOT_OURS;
    int ended = visit->ended != NOT_TOLD;
    int result = find_pane_of(step, visit->offered);
    if (result == DONE && ended && event->kind == ANSWER) result = answer_ended(step);
    if (result != DONE) return result;
    Delta *delta = touched(step);
    if (!delta) return FAILED;
    close_visit(state, visit);
    put_outcome(step);
    int64_t wait = event->wait;
    if (wait == NOT_TOLD) wait = event->at > visit->offered ? event->at - visit->offered : 0;
    if (count_span(state, delta, family_of(visit), wait) < 0 || set_dirty(step) < 0) return FAILED;
    if (event->kind == ANSWER && !ended) return talk(step);
    state->places.all[visit->place].changed = 1;
    return DONE;
}

static void put_end(const Step *step) {
    const Event *event = step->event;
    step->visit->ended = event->at;
    step->visit->talk = event->talk == NOT_TOLD ? UNTOLD : (uint32_t)event->talk;
    step->visit->hold = event->hold == NOT_TOLD ? UNTOLD : (uint32_t)event->hold;
}

/* The end of a visit comes before its outcome, and counts nothing yet. */
static int end_early(Step *step) {
    if (doubt(step) < 0) return FAILED;
    put_end(step);
    return set_dirty(step);
}

/* A conversation ends. */
static int end(Step *step) {
    Visit *visit = step->visit;
    if (visit->ended != NOT_TOLD || visit->wrapped != NOT_TOLD) return NOT_OURS;
    if (visit->offered != NOT_TOLD && !has_outcome(visit)) return end_early(step);
    if (!is_handled(visit)) return NOT_OURS;
    int result = find_pane_of(step, step->event->at);
    if (result != DONE) return result;
    put_end(step);
    if (count_handling(step) < 0) return FAILED;
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
        delta = result == DONE ? touch(state, step->bound, &before, step->event) : NULL;
        result = delta ? add_handling(state, delta, was, -1) : FAILED;
        visit->wrapped = event->at;
        visit->wrap = event->wrap == NOT_TOLD ? UNTOLD : (uint32_t)event->wrap;
    }
    give_back(before.pane);
    return result == DONE ? set_dirty(step) : result;
}

/* Whether the feedback of a contact waits neither for stored records nor for what is looked for. */
static int is_unheard(const Step *step) {
    if (!is_foreign(step->state, step->event->hash)) return DONE;
    PyObject *key = event_key(step->state, step->event);
    int result = key ? lacks(step->bound->parked, key) : FAILED;
    give_back(key);
    return result == DONE ? is_unspoken(step) : result;
}

/* A survey of the contact was answered: it is about the contact's only visit. */
static int survey(Step *step) {
    State *state = step->state;
    const Event *event = step->event;
    Visit *visit = step->visit;
    if (visit->offered == NOT_TOLD || visit->flags & IS_SURVEYED) return NOT_OURS;
    if (event->agent != NOBODY && event->agent != visit->agent) return NOT_OURS;
    if (event->queue != NOBODY && event->queue != state->places.all[visit->place].queue)
        return NOT_OURS;
    int result = is_unheard(step);
    if (result == DONE) result = find_pane_of(step, visit->offered);
    if (result != DONE) return result;
    Target offered = step->pane;
    step->pane.pane = NULL;
    result = find_pane_of(step, event->at);
    if (result == DONE) result = put_survey(state, visit, event);
    if (result == DONE) {
        Survey said = survey_of(visit);
        Delta *delta = touched(step);
        result = delta ? count_survey(state, delta, &said, 0) : FAILED;
        if (step->pane.start == offered.start) offered.delta = step->pane.delta;
        delta = result == DONE ? touch(state, step->bound, &offered, step->event) : NULL;
        result = delta ? count_survey(state, delta, &said, 1) : FAILED;
    }
    give_back(offered.pane);
    return result == DONE ? set_dirty(step) : result;
}

static int make_step(Step *step) {
    const Event *event = step->event;
    uint32_t known = packed(&step->state->visits, event->tenant,
                            (Span){event->contact, event->contact_length}, event->hash);
    if (known) {
        step->number = known - 1;
        step->visit = visit_at(&step->state->visits, step->number);
        if (event->kind == SURVEY) return survey(step);
        if (step->visit->number != event->visit) return NOT_OURS;
        if (is_told(step->state, step->visit, event)) return DONE;
        if (step->visit->flags & IS_SURVEYED) return NOT_OURS;
    }
    switch (event->kind) {
    case OFFER: return known ? offer_late(step) : offer(step);
    case ANSWER:
    case ABANDON: return known ? conclude(step) : begin_with_outcome(step);
    case END: return known ? end(step) : NOT_OURS;
    case WRAP_UP: return known ? wrap_up(step) : NOT_OURS;
    default: return NOT_OURS;
    }
}

static int fold_event(State *state, const Bound *bound, const Event *event) {
    Step step = {.state = state, .bound = bound, .event = event};
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

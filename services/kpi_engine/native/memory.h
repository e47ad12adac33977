/* What leaves memory. */

static int64_t last_of(const Visit *visit) {
    return visit->offered > visit->outcome ? visit->offered : visit->outcome;
}

/* The last instant at which a visit may have begun, or its feedback been told. */
static int64_t last_of_all(const Visit *visit) {
    int64_t last = last_of(visit);
    if (!(visit->flags & IS_SURVEYED)) return last;
    Survey survey = survey_of(visit);
    return survey.at > last ? survey.at : last;
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

/* Append the last instants of the visits that may leave memory; those with surveys go by
 * themselves. */
EXPORT int core_lasts(const State *state, const int64_t *talks, PyObject *into) {
    for (uint32_t i = 0; i < state->visits.born; i++) {
        const Visit *visit = visit_at(&state->visits, i);
        if (visit->flags & IS_SURVEYED || !is_free(state, visit, talks)) continue;
        if (append_number(into, last_of(visit)) < 0) return FAILED;
    }
    return DONE;
}

/* Whether a visit that is free leaves memory: its last instant is `until` at most, or it has a survey
 * that was answered before `before`. */
static int may_go(const Visit *visit, int64_t until, int64_t before) {
    return visit->flags & IS_SURVEYED ? survey_of(visit).at < before : last_of(visit) <= until;
}

/* Forget those that may go: `found` has the latest of their instants, and whether the end of one is
 * not known; those whose conversations ended untold are appended to `over`. */
EXPORT int core_trim(State *state, const int64_t *talks, int64_t until, int64_t before,
                     int64_t *found, PyObject *over) {
    found[0] = NOT_TOLD;
    found[1] = 0;
    for (uint32_t i = 0; i < state->visits.born; i++) {
        const Visit *visit = visit_at(&state->visits, i);
        if (!is_free(state, visit, talks) || !may_go(visit, until, before)) continue;
        int64_t last = last_of_all(visit);
        if (is_in_progress(visit)) found[1] = 1;
        else if (last > found[0]) found[0] = last;
        if (visit->at[TALKS] && append(over, visit_key(state, visit)) < 0) return FAILED;
        if (unpack(state, i) < 0) return FAILED;
    }
    return DONE;
}

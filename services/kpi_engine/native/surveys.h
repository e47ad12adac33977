/* The answer to a survey that names its contact and no visit. It is about the contact's only visit,
 * which keeps it until it leaves: as what is attached to the visit, and as the contact's own record,
 * numbered 0. */

static uint8_t *survey_place(const Visit *visit) {
    return visit->text + visit->contact_length + visit->customer_length;
}

static Survey survey_of(const Visit *visit) {
    Survey survey;
    memcpy(&survey, survey_place(visit), sizeof survey);
    return survey;
}

static const uint8_t *survey_name(const Visit *visit) {
    return survey_place(visit) + sizeof(Survey);
}

/* Whether a visit has a survey that is to be written, being written or written. */
static int has_survey(const Visit *visit, uint8_t written) {
    return visit->flags & IS_SURVEYED && survey_of(visit).written == written;
}

/* Whether the survey of a visit, if it has one, is to be written changes. */
static void count_unwritten(State *state, const Visit *visit, int by) {
    if (has_survey(visit, SURVEY_NEW)) state->unwritten += (uint32_t)by;
}

static void set_written(State *state, Visit *visit, uint8_t written) {
    Survey survey = survey_of(visit);
    count_unwritten(state, visit, -1);
    survey.written = written;
    memcpy(survey_place(visit), &survey, sizeof survey);
    count_unwritten(state, visit, 1);
}

/* Put the answer to a survey behind the texts of a visit. */
static int put_survey(State *state, Visit *visit, const Event *event) {
    Survey survey = {.at = event->at, .score = event->score, .best = event->best,
                     .worst = event->worst, .queue = event->queue, .agent = event->agent,
                     .scale = event->scale, .length = event->survey_length, .written = SURVEY_NEW};
    size_t before = (size_t)visit->contact_length + visit->customer_length;
    uint8_t *text = realloc(visit->text, before + sizeof survey + survey.length);
    if (!text) {
        PyErr_NoMemory();
        return FAILED;
    }
    visit->text = text;
    memcpy(text + before, &survey, sizeof survey);
    memcpy(text + before + sizeof survey, event->survey, survey.length);
    visit->flags |= IS_SURVEYED;
    state->surveyed++;
    state->unwritten++;
    return DONE;
}

/* A visit with its survey, if it has one, leaves. */
static void drop_survey(State *state, const Visit *visit) {
    count_unwritten(state, visit, -1);
    if (visit->flags & IS_SURVEYED) state->surveyed--;
}

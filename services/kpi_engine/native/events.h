/* Records, as JSON, to events; what is not usual is handed back. */

/* The bytes of a character in UTF-8 as Python takes it; 0 where it takes none. */
static int character(Text text, Text end) {
    uint8_t first = text[0];
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || end - text <= more) return 0;
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < low || text[1] > high) return 0;
    for (int i = 2; i <= more; i++)
        if (text[i] < 0x80 || text[i] > 0xbf) return 0;
    return more + 1;
}

/* Whether eight bytes are letters of ASCII that mean themselves in a text; where they are not sure
 * to be, it says no. */
static int is_plain(Text text) {
    const uint64_t each = 0x0101010101010101ull;
    uint64_t word;
    memcpy(&word, text, 8);
    uint64_t odd = word | (word - each * 0x20) | ((word ^ each * '"') - each) |
                   ((word ^ each * '\\') - each);
    return !(odd & each * 0x80);
}

/* A text of one to `most` bytes without escapes. */
static int text_at(Text *place, Text end, Span *found, uint32_t most) {
    Text text = *place;
    if (text >= end || *text != '"') return 0;
    found->text = ++text;
    while (end - text >= 8 && is_plain(text)) text += 8;
    while (text < end && *text != '"') {
        if (*text >= 0x80) {
            int bytes = character(text, end);
            if (!bytes) return 0;
            text += bytes;
        } else {
            if (*text < 0x20 || *text == '\\') return 0;
            text++;
        }
    }
    if (text >= end) return 0;
    Size length = text - found->text;
    if (length < 1 || length > (Size)most) return 0;
    found->length = (uint32_t)length;
    *place = text + 1;
    return 1;
}

/* A whole number from 0 to `most`, without sign, fraction or exponent. */
static int number_at(Text *place, Text end, int64_t *found, int64_t most) {
    Text text = *place;
    int64_t number = 0;
    int digits = 0;
    while (text < end && *text >= '0' && *text <= '9') {
        if (++digits > 15) return 0;
        number = number * 10 + (*text++ - '0');
    }
    if (!digits || (digits > 1 && **place == '0') || number > most) return 0;
    if (text < end && (*text == '.' || *text == 'e' || *text == 'E')) return 0;
    *found = number;
    *place = text;
    return 1;
}

/* A number of up to 15 characters with a fraction or without, as the double next to it: so few
 * digits, and the power of ten below them, are doubles themselves. */
static int decimal_at(Text *place, Text end, double *found) {
    static const double POWERS[16] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    Text text = *place, begin, point = NULL;
    int negative = text < end && *text == '-';
    int64_t number = 0;
    begin = text += negative;
    for (; text < end && ((*text >= '0' && *text <= '9') || (*text == '.' && !point)); text++) {
        if (text - begin >= 15) return 0;
        if (*text == '.') point = text;
        else number = number * 10 + (*text - '0');
    }
    Size whole = (point ? point : text) - begin, fraction = point ? text - point - 1 : 0;
    if (!whole || (whole > 1 && *begin == '0') || (point && !fraction)) return 0;
    if (negative && !number) return 0;
    if (text < end && (*text == '.' || *text == 'e' || *text == 'E')) return 0;
    *found = (double)(negative ? -number : number) / POWERS[fraction];
    *place = text;
    return 1;
}

enum {
    F_TYPE = 1, F_ID = 1 << 1, F_SOURCE = 1 << 2, F_AT = 1 << 3, F_TENANT = 1 << 4,
    F_CONTACT = 1 << 5, F_VISIT = 1 << 6, F_QUEUE = 1 << 7, F_CHANNEL = 1 << 8,
    F_PRIORITY = 1 << 9, F_CUSTOMER = 1 << 10, F_AGENT = 1 << 11, F_WAIT = 1 << 12,
    F_TALK = 1 << 13, F_HOLD = 1 << 14, F_WRAP = 1 << 15, F_SURVEY = 1 << 16, F_SCALE = 1 << 17,
    F_SCORE = 1 << 18, F_BEST = 1 << 19, F_WORST = 1 << 20
};

static const uint32_t COMMON = F_TYPE | F_ID | F_SOURCE | F_AT | F_TENANT | F_CONTACT;

static const struct {
    const char *name;
    uint32_t length, must, may;
} TYPES[KINDS] = {
    [OFFER] = {"contact.offered", 15, F_QUEUE, F_VISIT | F_CHANNEL | F_PRIORITY | F_CUSTOMER},
    [ANSWER] = {"contact.answered", 16, F_AGENT, F_VISIT | F_QUEUE | F_WAIT},
    [ABANDON] = {"contact.abandoned", 17, 0, F_VISIT | F_QUEUE | F_WAIT},
    [END] = {"contact.ended", 13, 0, F_VISIT | F_TALK | F_HOLD},
    [WRAP_UP] = {"contact.wrapped", 15, 0, F_VISIT | F_WRAP},
    [SURVEY] = {"survey.answered", 15, F_SURVEY | F_SCALE | F_SCORE | F_BEST | F_WORST,
                F_QUEUE | F_AGENT},
};

/* The kinds of surveys. */
static const Span SCALE_NAMES[SCALES] = {
    [CSAT] = {(Text) "csat", 4}, [NPS] = {(Text) "nps", 3}, [FCR] = {(Text) "fcr", 3},
    [CES] = {(Text) "ces", 3}};

#define MOST_POINTS 1000000

#define LONGEST_SPAN (31 * 86400000ll)
#define IS(span, word) \
    ((span).length == sizeof(word) - 1 && !memcmp((span).text, word, sizeof(word) - 1))

typedef struct {
    uint32_t seen;
    Span type, id, source, tenant, contact, queue, channel, customer, agent, survey, scale;
    int64_t at, visit, priority, wait, talk, hold, wrap;
    double score, best, worst;
} Fields;

/* Where the value of a field goes, and the longest or largest one. */
typedef struct {
    Span *text;
    int64_t *number, most;
    double *decimal;
} Goal;

/* The field of a name, and where its value goes; 0 for others. */
static uint32_t field_of(Span name, Fields *into, Goal *goal) {
    Span **text = &goal->text;
    int64_t **number = &goal->number, *most = &goal->most;
    *most = 128;
    switch (name.length) {
    case 2:
        if (IS(name, "id")) return *text = &into->id, F_ID;
        if (IS(name, "at")) return *number = &into->at, *most = INT64_MAX, F_AT;
        return 0;
    case 4:
        if (IS(name, "type")) return *text = &into->type, F_TYPE;
        if (IS(name, "kind")) return *text = &into->scale, F_SCALE;
        return IS(name, "best") ? (goal->decimal = &into->best, F_BEST) : 0;
    case 5:
        if (IS(name, "queue")) return *text = &into->queue, F_QUEUE;
        if (IS(name, "agent")) return *text = &into->agent, F_AGENT;
        if (IS(name, "score")) return goal->decimal = &into->score, F_SCORE;
        if (IS(name, "worst")) return goal->decimal = &into->worst, F_WORST;
        return IS(name, "visit") ? (*number = &into->visit, *most = 32767, F_VISIT) : 0;
    case 6:
        if (IS(name, "source")) return *text = &into->source, F_SOURCE;
        if (IS(name, "survey")) return *text = &into->survey, F_SURVEY;
        return IS(name, "tenant") ? (*text = &into->tenant, *most = 64, F_TENANT) : 0;
    case 7:
        if (IS(name, "contact")) return *text = &into->contact, F_CONTACT;
        if (IS(name, "channel")) return *text = &into->channel, F_CHANNEL;
        *most = LONGEST_SPAN;
        if (IS(name, "wait_ms")) return *number = &into->wait, F_WAIT;
        if (IS(name, "talk_ms")) return *number = &into->talk, F_TALK;
        if (IS(name, "hold_ms")) return *number = &into->hold, F_HOLD;
        return IS(name, "wrap_ms") ? (*number = &into->wrap, F_WRAP) : 0;
    case 8:
        if (IS(name, "customer")) return *text = &into->customer, F_CUSTOMER;
        return IS(name, "priority") ? (*number = &into->priority, *most = INT32_MAX, F_PRIORITY) : 0;
    default:
        return 0;
    }
}

/* The fields of a JSON object without blanks, each once, all of them known and within limits. */
static int fields_at(Text place, Text end, Fields *into) {
    into->seen = 0;
    if (place >= end || *place++ != '{') return 0;
    for (;;) {
        Span name;
        Goal goal = {0};
        if (!text_at(&place, end, &name, 8) || place >= end || *place++ != ':') return 0;
        uint32_t field = field_of(name, into, &goal);
        if (!field || into->seen & field) return 0;
        into->seen |= field;
        if (goal.text     ? !text_at(&place, end, goal.text, (uint32_t)goal.most)
            : goal.number ? !number_at(&place, end, goal.number, goal.most)
                          : !decimal_at(&place, end, goal.decimal))
            return 0;
        if (place >= end) return 0;
        if (*place == ',') place++;
        else return *place == '}' && place + 1 == end;
    }
}

static int kind_of(const Fields *fields) {
    if ((fields->seen & COMMON) != COMMON) return ELSEWHERE;
    for (int kind = 0; kind < KINDS; kind++)
        if (TYPES[kind].length == fields->type.length &&
            !memcmp(TYPES[kind].name, fields->type.text, fields->type.length)) {
            uint32_t must = COMMON | TYPES[kind].must;
            uint32_t may = must | TYPES[kind].may;
            return (fields->seen & must) == must && !(fields->seen & ~may) ? kind : ELSEWHERE;
        }
    return ELSEWHERE;
}

static int channel_of(const State *state, const Fields *fields) {
    static const Span voice = {(Text) "voice", 5};
    Span name = fields->seen & F_CHANNEL ? fields->channel : voice;
    for (int i = 0; i < state->channels_known; i++)
        if (state->channels[i].length == (Size)name.length &&
            !memcmp(state->channels[i].bytes, name.text, name.length))
            return i;
    return -1;
}

static int64_t told(const Fields *fields, uint32_t field, int64_t value) {
    return fields->seen & field ? value : NOT_TOLD;
}

/* What an answer to a survey tells; NOT_OURS where it is none. */
static int tell_survey(const Fields *fields, Event *event) {
    double low = fields->worst, high = fields->best;
    if (low > high) low = fields->best, high = fields->worst;
    if (low == high || fields->score < low || fields->score > high) return NOT_OURS;
    if (low < -MOST_POINTS || high > MOST_POINTS) return NOT_OURS;
    event->score = fields->score;
    event->best = fields->best;
    event->worst = fields->worst;
    event->survey = fields->survey.text;
    event->survey_length = (uint8_t)fields->survey.length;
    for (event->scale = 0; event->scale < SCALES; event->scale++) {
        Span name = SCALE_NAMES[event->scale];
        if (name.length == fields->scale.length &&
            !memcmp(name.text, fields->scale.text, name.length))
            return DONE;
    }
    return NOT_OURS;
}

/* What an event of a visit tells. */
static void tell_visit(const Fields *fields, Event *event) {
    event->wait = told(fields, F_WAIT, fields->wait);
    event->talk = told(fields, F_TALK, fields->talk);
    event->hold = told(fields, F_HOLD, fields->hold);
    event->wrap = told(fields, F_WRAP, fields->wrap);
    event->priority = told(fields, F_PRIORITY, fields->priority);
    event->visit = fields->seen & F_VISIT ? (uint16_t)fields->visit : 1;
}

/* One event; NOT_OURS where Python must look at it. */
static int event_of(State *state, Text text, Size length, Event *event) {
    Fields fields;
    event->kind = ELSEWHERE;
    if (!fields_at(text, text + length, &fields)) return NOT_OURS;
    int kind = kind_of(&fields), channel = channel_of(state, &fields);
    if (kind == ELSEWHERE || channel < 0 || fields.at >= state->at->latest) return NOT_OURS;
    if (fields.seen & F_VISIT && fields.visit < 1) return NOT_OURS;
    Names *names = &state->names;
    event->queue = event->agent = NOBODY;
    event->tenant = name_of(names, fields.tenant);
    event->source = name_of(names, fields.source);
    if (event->tenant < 0 || event->source < 0) return FAILED;
    if (fields.seen & F_QUEUE && (event->queue = name_of(names, fields.queue)) < 0) return FAILED;
    if (fields.seen & F_AGENT && (event->agent = name_of(names, fields.agent)) < 0) return FAILED;
    event->at = fields.at;
    event->visit = 0;
    if (kind != SURVEY) tell_visit(&fields, event);
    else if (tell_survey(&fields, event) != DONE) return NOT_OURS;
    event->contact = fields.contact.text;
    event->contact_length = fields.contact.length;
    event->customer = fields.seen & F_CUSTOMER ? fields.customer.text : NULL;
    event->customer_length = fields.seen & F_CUSTOMER ? fields.customer.length : 0;
    event->hash = contact_hash(event->tenant, fields.contact);
    event->channel = (uint8_t)channel;
    event->kind = (uint8_t)kind;
    return DONE;
}
